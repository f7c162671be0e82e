"""Seed lists in every format that people keep them in."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from fair4ml.read.web_addresses import canonical
from mlentory_crawl.crawl.seed_list import Seed, is_private, is_source, names_in, read

needs_parquet = pytest.mark.extra(name="parquet")
A, B = "https://huggingface.co/acme/a", "https://www.openml.org/d/61"

FILES = {
    "plain.txt": f"# comment\n{A}\n\n  {B}  \nhello\n",
    "table.csv": f"Link,Author\n{A},Ada\n{B},Bob\n,nobody\n",
    "list.json": f'["{A}", {{"url": "{B}", "author": "Bob"}}, 7]',
    "nested.json": f'{{"user": "Ada", "docker": {{"images": ["x"]}}, "links": ["{A}", "{B}", "hello"]}}',
    "lines.jsonl": f'{{"url": "{A}", "author": "Ada"}}\n"{B}"\n{{broken\n',
    "list.yaml": f"settings:\n  names: [x, y]\nparameters:\n  user: Ada\n  links:\n"
    f"    - {A}\n    - {B} # why\n    - hello\n",
    "urls.yml": f"- url: {A}\n  author: Ada\n- {B}\n- [hello]\n",
    "sitemap.xml": f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{A}</loc><lastmod>2024-01-01"
    f"</lastmod></url><url><loc>{B}</loc></url><url><loc>hello</loc></url></urlset>",
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_its_urls_and_names_what_is_wrong(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FILES[name])
    first, second, third = read(str(path)).seeds
    assert [first.url, second.url] == [A, B]
    assert first.problem is second.problem is None
    assert third.problem
    assert third.place.startswith(name)
    packed = path.with_suffix(path.suffix + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert [seed.url for seed in read(str(packed)).seeds] == [first.url, second.url, third.url]


@pytest.mark.parametrize(
    ("name", "line"), [("plain.txt", 5), ("table.csv", 4), ("lines.jsonl", 3), ("list.yaml", 8), ("urls.yml", 4)]
)
def test_the_line_is_named(tmp_path: Path, name: str, line: int) -> None:
    path = tmp_path / name
    path.write_text(FILES[name])
    assert read(str(path)).seeds[-1].place == f"{name}:{line}"


def test_further_fields_are_metadata(tmp_path: Path) -> None:
    for name in ("table.csv", "lines.jsonl", "list.yaml", "urls.yml", "nested.json"):
        path = tmp_path / name
        path.write_text(FILES[name])
        assert "Ada" in read(str(path)).seeds[0].metadata.values()
    assert read(str(tmp_path / "table.csv")).fields == {"author": "str"}


@needs_parquet
def test_parquet(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "seeds.parquet"
    parquet.write_table(pyarrow.table({"URL": [A, None], "stars": [5, 6]}), path)
    first, second = read(str(path)).seeds
    assert (first.url, first.metadata) == (A, {"stars": 5})
    assert second.problem


def test_without_pyarrow_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "seeds.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"needs pyarrow: .* 'mlentory-crawl\[parquet\]'"):
        read(str(path))


def test_standard_input_and_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{A}\n"))
    assert [seed.url for seed in read("-").seeds] == [A]
    assert [seed.url for seed in read(f"{A},{B}").seeds] == [A, B]


@pytest.mark.parametrize("name", ["bad.json", "bad.yaml", "bad.xml", pytest.param("bad.parquet", marks=needs_parquet)])
def test_what_is_nothing_of_the_kind_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("{]: [")
    with pytest.raises((ValueError, OSError)):
        read(str(path))


@pytest.mark.parametrize(
    ("url", "same"),
    [
        (f"{A}?utm_source=x&utm_medium=y", A),
        (f"{A}/", A),
        (f"{A}#files", A),
        ("HTTPS://HuggingFace.co/acme/a", A),
        ("https://x.org/?b=1&a=2&fbclid=3", "https://x.org/?a=2&b=1"),
        ("https://x.org/?b&a=", "https://x.org/?a=&b="),
        (
            "https://x.org/?gclid=1&dclid=1&msclkid=1&yclid=1&mc_cid=1&mc_eid=1&igshid=1&ref_src=1&spm=1",
            "https://x.org",
        ),
        ("https://someone:secret@x.org:443/a", "https://x.org/a"),
        ("http://x.org:80/a", "http://x.org/a"),
        ("http://x.org:443/a", "http://x.org:443/a"),
        ("http://[2001:db8::1]:80/a", "http://[2001:db8::1]/a"),
        ("https://x.org./a", "https://x.org/a"),
        ("X.org/a", "https://x.org/a"),
        ("git@x.org:a/b", "https://x.org/a/b"),
        ("https://bioimage.io/#/?id=affable-shark", "https://bioimage.io/#/?id=affable-shark"),
    ],
)
def test_readers_of_one_page(url: str, same: str) -> None:
    assert canonical(url) == same


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://10.1.2.3", "http://[::1]/", "http://localhost:5000", "http://169.254.169.254/latest",
     "http://printer.local/", "http://[fd00::1]/"],
)  # fmt: skip
def test_private_addresses(url: str) -> None:
    assert is_private(url)


def test_public_addresses() -> None:
    assert not is_private(A)
    assert not is_private("http://8.8.8.8/")


@given(st.text(), st.sampled_from(["txt", "csv", "json", "jsonl", "yaml"]))
def test_hostile_files_end_in_seeds_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"hostile.{kind}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        seeds = read(str(path)).seeds
    except ValueError:
        return
    for seed in seeds:
        assert seed.problem or canonical(seed.url)


def test_an_alias_bomb_is_read_once(tmp_path: Path) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    path = tmp_path / "bomb.yaml"
    path.write_text(f"a0: &a0 [{A}]\n{levels}")
    assert len(read(str(path)).seeds) == 1


def test_lists_that_people_keep(corpus: Path) -> None:
    for path in sorted((corpus / "seeds").iterdir()):
        seeds = read(str(path)).seeds
        assert len(seeds) > 5
        assert not [seed for seed in seeds if seed.problem]


def test_what_seeds_can_be_read_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list").write_text(A)
    assert [text for text in ("-", A, "list", "lists", "", "x" * 300) if is_source(text)] == ["-", A, "list"]


def test_a_problem_is_told_with_its_place_and_text() -> None:
    seeds = read(f"ftp://x.org/a,{A}/{'b' * 2_100},https://x.org:99999/,https:///a,{A}").seeds
    assert [seed.place for seed in seeds] == [f"argument: item {n}" for n in range(1, 6)]
    assert [seed.problem and seed.problem.partition(":")[0] for seed in seeds] == [
        "is not an http or https URL", "is longer than 2048 characters", "is not a valid URL", "has no host", None,
    ]  # fmt: skip


def test_a_name_without_a_scheme_is_one_of_a_host() -> None:
    def problem(text: str) -> str | None:
        (seed,) = read(text).seeds
        return seed.problem

    assert problem("x-1.Acme.org/a") is None
    for text in ("acme/a", ".org/a", "acme..org/a", "acme.o/a", "acme.org"):
        assert problem(text) == "is not an http or https URL"


def test_fields_are_named_in_order_with_the_type_of_their_first_value(tmp_path: Path) -> None:
    path = tmp_path / "seeds.jsonl"
    path.write_text(f'{{"url": "{A}", "z": 1, "a": null}}\n{{"url": "{B}", "z": "x", "a": 1.5}}\n')
    assert list(read(str(path)).fields.items()) == [("a", "float"), ("z", "int")]


def test_a_seed_without_more_has_no_metadata(tmp_path: Path) -> None:
    assert Seed(0, "list:1", A).metadata == {}
    (seed,) = read(A).seeds
    assert seed == Seed(0, "argument: item 1", A, {}, None)


def test_names_stand_in_a_list_or_in_a_file(tmp_path: Path) -> None:
    assert names_in(" acme/a , acme/b,, #acme/c,acme/d#e ") == ["acme/a", "acme/b", "acme/d#e"]
    path = tmp_path / "names.txt"
    path.write_text("# names\nacme/a\n\n  acme/b, c  \n")
    assert names_in(str(path)) == ["acme/a", "acme/b, c"]
    path.write_text("# none\n")
    with pytest.raises(ValueError, match=r"names\.txt has no ids$"):
        names_in(str(path))
    for nothing in ("", " ", ",", "# a"):
        with pytest.raises(ValueError, match=r"^expected at least one id, got none$"):
            names_in(nothing)
    for absent in ("./names", "/nowhere/names", "~/names", "names.csv", "NAMES.TXT"):
        with pytest.raises(ValueError, match=f"^file not found: {absent}$"):
            names_in(absent)
    assert names_in("https://x.example/names.csv") == ["https://x.example/names.csv"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (f"{A},{B}", [A, B]),
        (f"{A}, {B}", [A, B]),
        (f"{A},x.example/a", [A, "x.example/a"]),
        *(
            (f"{A}?ids={ids}", [f"{A}?ids={ids}"])
            for ids in ("1,2", "1,acme/b", "1,b.c", "1,.org/b", "1,b.c/d", "a,://b")
        ),
    ],
)
def test_a_comma_parts_urls_where_one_begins_after_it(text: str, urls: list[str]) -> None:
    assert [seed.url for seed in read(text).seeds] == urls


@pytest.mark.parametrize(
    "url",
    ["git+https://x.org/a/b", "ssh://git@x.org/a/b", "git+ssh://git@x.org/a/b", "git://x.org/a/b", "GIT@x.org:a/b"],
)
def test_what_git_clones_from_is_a_page(url: str) -> None:
    assert canonical(url) == "https://x.org/a/b"


@pytest.mark.parametrize("host", ["a.local", "db.internal", "a.localhost", "nas.home.arpa", "wiki", "a.local."])
def test_names_of_private_networks(host: str) -> None:
    assert is_private(f"https://{host}/x")
    assert not is_private(f"https://{host.strip('.')}.example/x")


@pytest.mark.parametrize("character", [" ", "\t", "\u00a0", "\x07", "\u200b", "\ufffd"])
def test_characters_that_no_url_has(character: str) -> None:
    (seed,) = read(f"{A}{character}b").seeds
    assert seed.problem == "has characters that are not allowed in a URL"


def test_the_longest_url() -> None:
    longest = f"{A}/".ljust(2_048, "b")
    assert [seed.problem for seed in read(f"{longest},{longest}b").seeds] == [None, "is longer than 2048 characters"]


def test_a_list_in_which_nothing_can_be_used_says_why() -> None:
    assert read(f"ftp://x.org/a,{A}").useless is None
    url = "ftp://x.org/".ljust(200, "a")
    assert read(url).useless == (f"has no usable URL; argument: item 1: {url[:100]!r} is not an http or https URL")
