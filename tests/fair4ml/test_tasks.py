from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from fair4ml.entities import CLASSES
from fair4ml.identifiers import IRI_PATTERN
from fair4ml.normalize.tasks import SCHEME_IRI, TASKS, task_stub

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize("slug", ["fill-mask", "text-generation", "robotics", "Text-Classification", " any-to-any "])
def test_a_slug_in_any_case_is_its_term(slug: str) -> None:
    stub = task_stub(slug)
    bare = slug.strip().lower()
    assert stub is not None
    assert (stub.iri, stub.cls, stub.name) == (f"https://w3id.org/mlentory/tasks#{bare}", "DefinedTerm", bare)
    assert stub.iri == TASKS[bare].iri
    assert stub.cls in CLASSES


@pytest.mark.parametrize("slug", ["", "other", "sentiment", "text generation", "protein-folding", "tasks#fill-mask"])
def test_what_the_scheme_does_not_list_is_no_task(slug: str) -> None:
    assert task_stub(slug) is None


@pytest.mark.parametrize("slug", ["conversational", "text2text-generation"])
def test_a_pipeline_tag_that_became_a_subtask_is_kept_under_the_task(slug: str) -> None:
    assert TASKS[slug].broader == ("text-generation",)


@pytest.mark.parametrize("slug", ["structured-data-classification", "speech-segmentation"])
def test_a_former_pipeline_tag_stays_a_term_of_its_own(slug: str) -> None:
    assert task_stub(slug) is not None
    assert TASKS[slug].broader == ()


def test_a_subtask_of_two_tasks_is_under_both() -> None:
    assert TASKS["closed-domain-qa"].broader == ("question-answering", "text-generation")


def test_only_tasks_with_a_page_are_the_same_as_one() -> None:
    assert TASKS["fill-mask"].same_as == {"huggingface": "https://huggingface.co/tasks/fill-mask"}
    assert TASKS["robotics"].same_as == {}
    assert TASKS["extractive-qa"].same_as == {}


@pytest.mark.parametrize("slug", sorted(TASKS))
def test_every_term_is_well_formed(slug: str) -> None:
    task = TASKS[slug]
    assert task.slug == slug == slug.strip().lower()
    assert task.label
    assert task.modality in {"audio", "cv", "multimodal", "nlp", "other", "rl", "tabular"}
    assert re.fullmatch(IRI_PATTERN, task.iri)
    assert task.iri.startswith(f"{SCHEME_IRI}#")
    assert all(re.fullmatch(IRI_PATTERN, url) for url in task.same_as.values())


def test_no_task_is_a_kind_of_itself() -> None:
    def ancestors(slug: str) -> set[str]:
        return {above for parent in TASKS[slug].broader for above in (parent, *ancestors(parent))}

    assert not [slug for slug in TASKS if slug in ancestors(slug)]


@given(ANY_TEXT)
def test_any_text_is_answered(text: str) -> None:
    stub = task_stub(text)
    assert stub is None or stub.name in TASKS
