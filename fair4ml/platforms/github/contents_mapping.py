"""The README and the files of repositories as texts of these."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.describe.writing import linked
from fair4ml.entities import Description, SoftwareSourceCode
from fair4ml.identifiers import github_repository, named_on_arxiv
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.github.contents_source import Readme, Tree
from fair4ml.read.web_addresses import addresses_in

FILE_COUNT, TREE_TRUNCATED, FILES_LEFT_OUT, EMPTY = "fileCount", "treeTruncated", "filesLeftOut", "empty"


@describe.register
def describe_readme(source: Readme) -> Description:
    """Map the README of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    text = source.text or ""
    named = linked(iri, [*addresses_in(text), *named_on_arxiv(text)], named_at)
    root = SoftwareSourceCode(iri=iri, name=source.full_name, mentions=[draft.stub(stub) for stub in named])
    if source.path is not None and source.text is None:
        draft.issue("content", "is larger than what GitHub's API returns")
    description = draft.finish(root, {})
    description.text = text.strip() or None
    description.files = {} if source.path is None else {source.path: source.text}
    return description


@describe.register
def describe_tree(source: Tree) -> Description:
    """Map the files of a repository; see `describe`."""
    iri = github_repository(source.full_name)
    draft = Draft(iri)
    is_whole = source.count is not None and not source.truncated
    values = [draft.value(FILE_COUNT, source.count)] if is_whole and source.count is not None else []
    # As for the repository's own flags, only the exceptions are stated.
    flags = {TREE_TRUNCATED: source.truncated, EMPTY: source.is_empty}
    values += [draft.value(name, True) for name, is_set in flags.items() if is_set]
    values += [draft.value(FILES_LEFT_OUT, count, name=why) for why, count in source.left_out.items() if count]
    root = SoftwareSourceCode(iri=iri, name=source.full_name, additional_property=values)
    description = draft.finish(root, {})
    description.files = {**dict.fromkeys(path for path in source.paths if path), **source.texts}
    return description
