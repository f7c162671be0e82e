"""A made-up arXiv: feeds of made-up articles, and what its API answers when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from support.http_servers import Answer, served

ERROR = """<entry><id>http://arxiv.org/api/errors#incorrect_id_format</id><title>Error</title>
<summary>incorrect id format</summary><author><name>arXiv api core</name></author></entry>"""


def entry(id: str, title: str = "On a\n  made-up thing", version: int = 2, more: str = "") -> str:
    """An entry as the API writes it."""
    return f"""<entry>
    <id>http://arxiv.org/abs/{id}v{version}</id>
    <updated>2024-02-03T04:05:06Z</updated>
    <published>2024-01-02T03:04:05Z</published>
    <title>{escape(title)}</title>
    <summary>  We made
up a thing.
</summary>
    <author><name>Ada Example</name><arxiv:affiliation>Nowhere</arxiv:affiliation></author>
    <author><name>Grace  Sample</name></author>
    <author><name>Ada Example</name></author>
    <arxiv:primary_category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>
    <link href="http://arxiv.org/abs/{id}v{version}" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/{id}v{version}" rel="related" type="application/pdf"/>
    {more}
  </entry>"""


def feed(*written: str) -> bytes:
    """A feed with these entries."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <title type="html">Made-up query</title>
  <updated>2024-03-01T00:00:00-05:00</updated>
  {"".join(written)}
</feed>""".encode()


class Arxiv:
    """What the server has and does.

    Attributes:
        missing: ids that it does not know.
        malformed: ids that spoil every batch that has one.
        unreadable: ids whose entry is no XML.
        answers: what is answered to the first requests instead, in order.
        asked: the ids of each request so far.
    """

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self.malformed: set[str] = set()
        self.unreadable: set[str] = set()
        self.answers: list[Answer] = []
        self.asked: list[list[str]] = []
        self.url = ""

    def handle(self, method: str, path: str, body: bytes) -> Answer:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        ids = query["id_list"][0].split(",")
        self.asked.append(ids)
        if self.answers:
            return self.answers.pop(0)
        assert parts.path == "/api/query"
        assert int(query["max_results"][0]) == len(ids)
        atom = {"Content-Type": "application/atom+xml; charset=UTF-8"}
        if self.malformed.intersection(ids):
            return 200, atom, feed(ERROR)
        odd = dict.fromkeys(self.unreadable, "<broken>")
        return 200, atom, feed(*(entry(id, more=odd.get(id, "")) for id in ids if id not in self.missing))


@contextmanager
def served_arxiv() -> Iterator[Arxiv]:
    """An arXiv with its address."""
    arxiv = Arxiv()
    with served(arxiv.handle) as arxiv.url:
        yield arxiv
