"""Exported repositories as schema.org describes them."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.describe.licensing import stated_licenses
from fair4ml.describe.writing import excerpt, linked
from fair4ml.entities import Description, SoftwareSourceCode
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.documents.authors import authors_of_repository
from fair4ml.platforms.documents.contents import readme_of
from fair4ml.platforms.documents.repositories_source import ExportedRepository


@describe.register
def describe_repository(source: ExportedRepository) -> Description:
    """Map a repository; see `describe`."""
    known = named_at(source.link) if source.link else None
    is_known = known is not None and known.cls == SoftwareSourceCode.__name__
    iri = known.iri if known is not None and is_known else source.iri
    draft = Draft(iri)
    text = readme_of(source.content)
    repository = SoftwareSourceCode(
        iri=iri,
        name=known.name if known is not None and is_known else source.name,
        url=iri if source.link else None,
        description=source.description or excerpt(text),
        author=authors_of_repository(draft, source.authors),
        date_published=source.published,
        date_modified=source.modified,
        keywords=list(dict.fromkeys(tag for tag in source.tags if tag)),
        license=stated_licenses(draft, None, [("license", each) for each in source.license]),
        mentions=[draft.stub(stub) for stub in linked(iri, source.mentions, named_at)],
    )
    description = draft.finish(repository, {})
    description.text = text
    description.files = {
        **dict.fromkeys(path for path in source.other_files if path),
        **{path: part for path, part in source.content.items() if part is not None},
    }
    return description
