"""Papers with Code as FAIR4ML: papers, their code, tasks, methods and datasets.

Leaderboards are in `fair4ml.platforms.paperswithcode.evaluations`. Records of the archive carry its license.
"""

from __future__ import annotations

from collections.abc import Sequence

from fair4ml.describe.code import code_stub
from fair4ml.describe.draft import Draft
from fair4ml.describe.hub_repositories import dataset_id
from fair4ml.entities import (
    DataDownload,
    Dataset,
    DefinedTerm,
    Description,
    MLModel,
    ScholarlyArticle,
    SoftwareSourceCode,
)
from fair4ml.identifiers import hugging_face_dataset, hugging_face_model, part_iri
from fair4ml.normalize.languages import parse_language
from fair4ml.platforms import describe
from fair4ml.platforms.paperswithcode import (
    evaluations,  # noqa: F401  registers the mapping of leaderboards
    terms,
)
from fair4ml.platforms.paperswithcode.addresses import SITE
from fair4ml.platforms.paperswithcode.fields import Artifact, Link
from fair4ml.platforms.paperswithcode.source import (
    ArchivedCode,
    ArchivedDataset,
    ArchivedMethod,
    ArchivedPaper,
    Benchmark,
    Method,
    Paper,
    PaperFields,
    Task,
)
from fair4ml.platforms.paperswithcode.terms import ARCHIVE, ARCHIVE_LICENSE


@describe.register
def describe_paper(source: Paper) -> Description:
    """Map a paper of the API; see `describe`."""
    draft, paper = _paper(source, f"paper/{source.id}", source.id)
    values = list(paper.additional_property)
    repositories = [link for link in source.repositories if link is not None and link.url]
    terms.code(draft, [link.url for link in repositories if link.url], draft.iri)
    values += _values(draft, "officialImplementation", [link for link in repositories if link.is_official])
    for property_id, links in (("projectPage", source.project_pages), ("huggingFaceSpace", source.hf_spaces)):
        values += _values(draft, property_id, links)
    for position, model in enumerate(source.hf_models):
        id = terms.on_the_hub(model.url) if model is not None and model.url else None
        if id is not None:
            draft.part(MLModel(iri=hugging_face_model(id), name=id, reference_publication=[draft.iri]))
        elif model is not None:
            draft.issue(f"hf_models.{position}", "is not a model on the Hugging Face Hub")
    for dataset in source.hf_datasets:
        id = dataset_id(dataset.url) if dataset is not None and dataset.url else None
        if id is not None:
            values.append(draft.value("huggingFaceDataset", hugging_face_dataset(id), name=id))
    paper.additional_property = list(dict.fromkeys(values))
    return draft.finish(paper, source.counted())


@describe.register
def describe_archived_paper(source: ArchivedPaper) -> Description:
    """Map a paper of the archive; see `describe`."""
    slug = source.paper_url.partition("/")[2]
    draft, paper = _paper(source, source.paper_url, slug)
    draft.license = ARCHIVE_LICENSE
    return draft.finish(paper, {})


@describe.register
def describe_code(source: ArchivedCode) -> Description:
    """Map a repository that is the code of a paper; see `describe`."""
    code = code_stub(source.repo_url)
    wrong: list[str] = []
    paper = terms.paper_iri(wrong, source.paper_arxiv_id, source.paper_url)
    draft = Draft(code.iri)
    draft.license = ARCHIVE_LICENSE
    for field in wrong:
        draft.issue(f"paper_{field}", "is not an arXiv identifier")
    draft.stub(terms.paper_stub(paper))
    framework = source.framework if source.framework and source.framework.lower() != "none" else None
    stated = {
        "framework": framework,
        "isOfficialImplementation": source.is_official,
        "mentionedInPaper": source.mentioned_in_paper,
        "mentionedInRepository": source.mentioned_in_github,
    }
    # A repository may belong to several papers, and each statement is about one of them.
    values = [draft.value(id, value, name=paper) for id, value in stated.items() if value is not None]
    root = SoftwareSourceCode(
        iri=code.iri, name=code.name, url=source.repo_url, reference_publication=[paper], additional_property=values
    )
    return draft.finish(root, {})


@describe.register
def describe_task(source: Task) -> Description:
    """Map a task of the API to a term; see `describe`."""
    known = terms.scheme_task(source.name, source.slug)
    iri = f"{SITE}tasks/{source.slug}"
    root = DefinedTerm(
        iri=iri,
        name=source.name,
        url=iri,
        identifier=[source.id],
        same_as=[] if known is None else [known.iri],
        description=source.description,
        term_code=source.slug,
        in_defined_term_set=f"{SITE}tasks",
    )
    return Draft(iri).finish(root, {})


@describe.register
def describe_method(source: Method) -> Description:
    """Map a method of the API to a term; see `describe`."""
    iri = f"{SITE}methods/{source.slug}"
    root = DefinedTerm(
        iri=iri,
        name=source.full_name or source.name,
        url=iri,
        identifier=list(dict.fromkeys((source.id, source.name))),
        description=source.description,
        term_code=source.slug,
        in_defined_term_set=f"{SITE}methods",
    )
    return Draft(iri).finish(root, {})


@describe.register
def describe_archived_method(source: ArchivedMethod) -> Description:
    """Map a method of the archive to a term; see `describe`."""
    iri = SITE + source.url
    draft = Draft(iri)
    draft.license = ARCHIVE_LICENSE
    root = DefinedTerm(
        iri=iri,
        name=source.full_name or source.name,
        identifier=[source.name],
        description=source.description,
        term_code=source.url.partition("/")[2],
        in_defined_term_set=f"{ARCHIVE}methods",
    )
    return draft.finish(root, {})


@describe.register
def describe_benchmark(source: Benchmark) -> Description:
    """Map a dataset of the API; see `describe`."""
    draft = Draft(f"{SITE}benchmark/{source.id}")
    id = dataset_id(source.hf_url) if source.hf_url else None
    hub = source.hf_url if id is None else hugging_face_dataset(id)
    root = Dataset(
        iri=draft.iri,
        name=source.full_name or source.name,
        url=f"{SITE}benchmark/{source.slug}",
        identifier=list(dict.fromkeys((source.id, source.slug, source.name))),
        same_as=[hub] if hub else [],
        description=source.description,
        additional_property=[draft.value("split", source.split)] if source.split else [],
    )
    return draft.finish(root, {})


@describe.register
def describe_archived_dataset(source: ArchivedDataset) -> Description:
    """Map a dataset of the archive; see `describe`."""
    iri = SITE + source.url
    draft = Draft(iri)
    draft.license = ARCHIVE_LICENSE
    languages = {}
    for position, term in enumerate(source.languages):
        if term is None or not term.name:
            continue
        parsed = parse_language(term.name)
        if parsed is None:
            draft.issue(f"languages.{position}", "does not name a single language")
        else:
            languages[parsed.tag] = draft.stub(parsed.stub)
    variants = dict.fromkeys(variant for variant in source.variants if variant and variant.strip())
    paper = source.paper
    root = Dataset(
        iri=iri,
        name=source.full_name or source.name,
        url=source.homepage,
        identifier=[source.name],
        description=source.description,
        conditions_of_access=source.warning,
        date_published=source.introduced_date,
        citation=[paper.title or paper.url or ""] if paper is not None and (paper.title or paper.url) else [],
        keywords=list(dict.fromkeys(term.name for term in source.modalities if term is not None and term.name)),
        language=list(dict.fromkeys(languages.values())),
        language_tag=list(languages),
        additional_property=[draft.value("variant", variant, name=variant) for variant in variants],
    )
    return draft.finish(root, {})


def _paper(source: PaperFields, page: str, native: str) -> tuple[Draft, ScholarlyArticle]:
    wrong: list[str] = []
    iri = terms.paper_iri(wrong, source.arxiv_id, page)
    draft = Draft(iri)
    for field in wrong:
        draft.issue(field, "is not an arXiv identifier")
    on_arxiv = iri.startswith("https://arxiv.org/")
    about, named = terms.tasks(draft, source.tasks)
    by, methods = terms.methods(draft, source.methods)
    distribution = []
    # The address of arXiv's PDF follows from the IRI.
    if source.url_pdf is not None and not on_arxiv:
        part = DataDownload(
            iri=part_iri(iri, "file", source.url_pdf), content_url=source.url_pdf, encoding_format="application/pdf"
        )
        distribution.append(draft.part(part))
    values = [draft.value("conference", source.conference)] if source.conference else []
    stub = terms.paper_stub(iri)
    return draft, ScholarlyArticle(
        iri=iri,
        name=source.title or stub.name,
        url=source.url_abs,
        identifier=[*([stub.name] if on_arxiv and stub.name else []), native],
        # Records that name the paper by its page mean this one.
        same_as=[SITE + page] if on_arxiv else [],
        description=source.abstract,
        author=terms.authors(draft, source.authors),
        date_published=source.published,
        about=[*about, *by],
        keywords=list(dict.fromkeys((*named, *methods))),
        distribution=distribution,
        additional_property=values,
    )


def _values(draft: Draft, property_id: str, links: Sequence[Link | Artifact | None]) -> list[str]:
    addresses = dict.fromkeys(link.url for link in links if link is not None and link.url)
    return [draft.value(property_id, address, name=address) for address in addresses]
