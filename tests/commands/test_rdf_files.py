"""Files of RDF as streams of N-Triples."""

from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from mlentory_crawl.shapes.rdf_files import Types, open_ntriples, records

A = "<http://x.org/a> <http://x.org/p> "
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
TURTLE = '''@prefix x: <http://x.org/> .

x:a a x:Thing ;
    x:p "one. ", """first.
x:no x:p "in a text" .
last.""" ;
    x:q <http://x.org/a#part-1> .

PREFIX y: <http://y.org/>
<http://x.org/a#part-1> a y:Part .
x:b a y:Thing .
'''


def lines_of(path: Path) -> list[str]:
    with open_ntriples(path) as file:
        file.seek(0)
        return list(file)


def test_what_follows_each_other_about_a_thing_and_its_parts_is_one_record() -> None:
    part = "<http://x.org/a#part-1> <http://x.org/p> <http://x.org/b> .\n"
    other = "<http://x.org/a-b> <http://x.org/p> <http://x.org/b> ."
    found = list(records([f'{A}"1" .\n', "# a comment\n", "\n", part, other]))
    assert found == [[f'{A}"1" .\n', part], [f"{other}\n"]]


def test_a_record_that_is_too_large_is_cut_between_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlentory_crawl.shapes.rdf_files._MOST", 2)
    parts = [f'<http://x.org/{"a" * 90}#part-{n}> <http://x.org/p> "{m}" .\n' for n in range(2) for m in range(3)]
    assert list(map(len, records(parts))) == [3, 3]


def test_classes_are_found_wherever_they_are_told() -> None:
    lines = [
        f"<http://x.org/a> {TYPE} <http://x.org/T> .\n",
        f"{A}<http://x.org/b> .\n",
        f'{A}"<http://x.org/b> ." .\n',
    ]
    lines += [f"<http://x.org/b> {TYPE} <http://x.org/{c}> .\n" for c in "UV"]
    with closing(Types(lines)) as types:
        assert sorted(types.of_objects(lines[:2])) == [("http://x.org/b", f"http://x.org/{c}") for c in "UV"]
        assert types.of_objects(lines[2:3]) == []


@pytest.mark.parametrize("chunk", [1, 2_000])
def test_turtle_is_read_statement_by_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr("mlentory_crawl.shapes.rdf_files._CHUNK", chunk)
    path = tmp_path / "some.ttl"
    path.write_text(TURTLE, "utf-8")
    found = lines_of(path)
    assert isomorphic(Graph().parse(data="".join(found), format="nt"), Graph().parse(data=TURTLE, format="turtle"))
    assert [len(each) for each in records(found)] == [5, 1]


def test_compressed_files_are_read(tmp_path: Path) -> None:
    for name, text in (("a.nt.gz", f'{A}"1" .\n'), ("a.ttl.gz", f'{A}"1" .')):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
        assert lines_of(tmp_path / name) == [f'{A}"1" .\n']


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("no.nt.gz", b"plain", "cannot be read"),
        ("no.nt.gz", gzip.compress(b"a" * 10_000, mtime=0)[:-20], "cannot be read"),
        ("no.ttl", b"<a> <b> .", "is not valid Turtle up to line 1"),
        ("no.ttl", b"\xff", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        lines_of(tmp_path / name)
    with pytest.raises(ValueError, match="cannot be read"):
        lines_of(tmp_path / "absent.nt")
