"""Exported users as people."""

from __future__ import annotations

from fair4ml.describe.draft import Draft
from fair4ml.entities import Description, Person
from fair4ml.platforms import describe
from fair4ml.platforms.documents.users_source import ExportedUser


@describe.register
def describe_user(source: ExportedUser) -> Description:
    """Map a user; see `describe`."""
    # A name of one word is both.
    names = dict.fromkeys(name for name in (source.first_name, source.last_name) if name)
    # An author without a page is a part of the text.
    is_page = source.iri.startswith(("https://", "http://")) and "#" not in source.iri
    name = source.full_name or " ".join(names) or None
    person = Person(iri=source.iri, name=name, url=source.iri if is_page else None)
    return Draft(source.iri).finish(person, {})
