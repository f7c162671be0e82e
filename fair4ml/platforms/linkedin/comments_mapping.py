"""Comments of a member of LinkedIn as schema.org describes them."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from fair4ml.describe.draft import Draft
from fair4ml.describe.writing import author_within, excerpt, linked
from fair4ml.entities import Comment, Description, Stub
from fair4ml.identifiers import part_iri
from fair4ml.platforms import describe, named_at
from fair4ml.platforms.linkedin.addresses import name_in
from fair4ml.platforms.linkedin.comments_source import MadeComment
from fair4ml.read.web_addresses import addresses_in


@describe.register
def describe_comment(source: MadeComment) -> Description:
    """Map a comment, which is about a post of somebody else; see `describe`."""
    post = urlunsplit(urlsplit(source.link)._replace(query="", fragment="")).rstrip("/")
    # Where the address is the post's, the time tells several comments apart.
    iri = source.link if source.link != post else part_iri(post, "comment", source.written)
    draft = Draft(iri)
    text = (source.text or "").strip() or None
    # A comment may be a part of a page itself, and then has none.
    person = None if not source.author else Stub(author_within(iri, source.author), "Person", source.author)
    comment = Comment(
        iri=iri,
        url=source.link,
        description=excerpt(text),
        author=[] if person is None else [draft.stub(person)],
        date_published=source.date,
        mentions=[draft.stub(stub) for stub in linked(iri, addresses_in(text or ""), named_at)],
        parent_item=draft.stub(Stub(post, "SocialMediaPosting", name_in(post))),
    )
    description = draft.finish(comment, {})
    description.text = text
    return description
