"""Terms of Papers with Code's records: papers, tasks, methods, people, code and artifacts on the Hugging Face Hub."""

from __future__ import annotations

import re
from functools import lru_cache

from fair4ml.describe.code import code_stub
from fair4ml.describe.draft import Draft
from fair4ml.entities import Person, SoftwareSourceCode, Stub
from fair4ml.identifiers import (
    HUGGING_FACE,
    arxiv,
    is_repo_id,
    part_iri,
)
from fair4ml.normalize.tasks import TASKS, Task
from fair4ml.platforms.paperswithcode.addresses import SITE
from fair4ml.platforms.paperswithcode.fields import Term

ARCHIVE = "https://huggingface.co/datasets/pwc-archive/"
"""The address at which the archive is published; its tables have no other."""
ARCHIVE_LICENSE = "https://spdx.org/licenses/CC-BY-SA-4.0"
"""The license of everything in the archive (https://github.com/paperswithcode/paperswithcode-data)."""

_TASK_BY_LABEL = {task.label.casefold(): task for task in TASKS.values()}
_ON_THE_HUB = re.compile(r"https?://(?:huggingface\.co|hf\.co)/(?:datasets/|spaces/)?(?P<id>[^?#]+?)/?")


@lru_cache(maxsize=16_384)
def paper_stub(iri: str) -> Stub:
    """The stub of a paper, by its IRI."""
    arxiv_id = iri.removeprefix("https://arxiv.org/abs/")
    name = f"arXiv:{arxiv_id}" if arxiv_id != iri else iri.removeprefix(f"{SITE}paper/")
    return Stub(iri, "ScholarlyArticle", name)


def paper_iri(draft_issues: list[str], arxiv_id: str | None, page: str) -> str:
    """The IRI of a paper: that on arXiv if its id there is stated, else its page.

    Args:
        draft_issues: gets the names of the fields that hold no identifier.
        arxiv_id: the id on arXiv, with or without a version.
        page: the path of the paper's page on the platform.
    """
    iri = arxiv(arxiv_id) if arxiv_id is not None else None
    if arxiv_id is not None and iri is None:
        draft_issues.append("arxiv_id")
    return iri or SITE + page


@lru_cache(maxsize=16_384)
def scheme_task(name: str | None, slug: str | None = None) -> Task | None:
    """The term of the task scheme that has this code or, without one, exactly this label."""
    if slug is not None and slug.lower() in TASKS:
        return TASKS[slug.lower()]
    return _TASK_BY_LABEL.get(name.casefold()) if name is not None else None


def tasks(draft: Draft, terms: list[Term | None]) -> tuple[list[str], list[str]]:
    """The terms for tasks, and the names of those tasks that the task scheme lacks.

    Args:
        draft: gets the stubs.
        terms: the tasks that a record names.
    """
    found: dict[str, None] = {}
    names: dict[str, None] = {}
    for term in terms:
        if term is None:
            continue
        known = scheme_task(term.name, term.slug)
        if known is not None:
            found[draft.stub(Stub(known.iri, "DefinedTerm", known.slug))] = None
        elif term.name:
            names[term.name] = None
        if term.slug is not None:
            found[draft.stub(Stub(f"{SITE}tasks/{term.slug}", "DefinedTerm", term.slug))] = None
    return list(found), list(names)


def methods(draft: Draft, terms: list[Term | None]) -> tuple[list[str], list[str]]:
    """The terms for those methods that have a page, and the names of all methods."""
    found: dict[str, None] = {}
    names: dict[str, None] = {}
    for term in terms:
        if term is None:
            continue
        if term.name:
            names[term.name] = None
        if term.slug is not None:
            found[draft.stub(Stub(f"{SITE}methods/{term.slug}", "DefinedTerm", term.slug))] = None
    return list(found), list(names)


def authors(draft: Draft, names: list[str | None]) -> list[str]:
    """The authors, each as a part of the work: a name alone does not distinguish a person from a namesake."""
    found = dict.fromkeys(name.strip() for name in names if name is not None and name.strip())
    return [draft.part(Person(iri=part_iri(draft.iri, "author", name), name=name)) for name in found]


def code(draft: Draft, addresses: list[str], paper: str) -> None:
    """Add the statement that code belongs to a paper; it is about the code, which is an entity of its own."""
    for address in addresses:
        stub = code_stub(address)
        draft.part(SoftwareSourceCode(iri=stub.iri, name=stub.name, reference_publication=[paper]))


def on_the_hub(stated: str) -> str | None:
    """The id on the Hugging Face Hub that an id or an address means, or None."""
    text = stated.strip()
    match = _ON_THE_HUB.fullmatch(text)
    id = match["id"] if match else text.removeprefix(HUGGING_FACE)
    return id if "/" in id and is_repo_id(id) else None
