"""Seed files as programs and people leave them: each URL is found, with its line, and no half of one."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest

from fair4ml.read.web_addresses import canonical
from mlentory_crawl.crawl import seed_list as seed_lists, seed_text
from mlentory_crawl.crawl.seed_list import SeedList, names_in, read

A, B, C = "https://huggingface.co/acme/a", "https://www.openml.org/d/61", "https://github.com/acme/c"


def listed(tmp_path: Path, name: str, text: str | bytes) -> SeedList:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(str(path))


def urls(seeds: SeedList) -> list[str]:
    return [seed.url for seed in seeds.seeds if not seed.problem]


def wrong(seeds: SeedList) -> list[str]:
    return [seed.url for seed in seeds.seeds if seed.problem]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"<{A}>", [A]), (f"- {A}", [A]), (f"* <{A}>", [A]), (f"+ {A}", [A]), (f"12. {A}", [A]), (f"3) {A}", [A]),
        (f"- [x] {A}", [A]), (f'"{A}"', [A]), (f"'{A}',", [A]), (f"`{A}`;", [A]), (f"({A})", [A]),
        (f"[A model]({A})", [A]), (f'- [A]({A} "title") is good', [A]), ("[W](https://x.org/a_(b))", ["https://x.org/a_(b)"]),
        (f"{A} # why", [A]), (f"{A}\t#why", [A]), (f"{A}#part", [f"{A}#part"]),
        (f"Tools: {A}", [A]), (f"a net\t{A}", [A]), (f"hf.co/acme/x {A}", ["hf.co/acme/x", A]),
        (f"{A}, {B}", [A, B]), (f"{A} {B};{C}", [A, B, C]), (f'"{A}", "{B}"', [A, B]),
        (f"\u200b{A}\ufeff\u00a0", [A]), (f"{A[:20]}\u2060{A[20:]}", [A]),
        ("https://x.org/?a=1,2;3", ["https://x.org/?a=1,2;3"]),
    ],
)  # fmt: skip
def test_the_marks_of_lists_are_no_part_of_a_url(tmp_path: Path, line: str, found: list[str]) -> None:
    assert urls(listed(tmp_path, "list.md", f"{line}\n")) == found


@pytest.mark.parametrize("line", [f"{A} b", f"{A}\x1b[2J", f"{A} and", "acme/a", "1 2"])
def test_a_line_that_may_be_half_a_url_is_none(tmp_path: Path, line: str) -> None:
    seeds = listed(tmp_path, "list.txt", f"{C}\n{line}\n")
    assert (urls(seeds), wrong(seeds), seeds.seeds[1].place) == ([C], [line], "list.txt:2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["list", "LIST.TXT", "list.txt.GZ", "list.csv", "list.jsonl"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str, name: str) -> None:
    texts = {"list.csv": ["url", A, B], "list.jsonl": [f'"{A}"', "", f'"{B}"']}
    lines = texts.get(name, [A, "# b", B])
    data = end.join([*lines, ""]).encode(encoding)
    seeds = listed(tmp_path, name, gzip.compress(data) if name.endswith("GZ") else data)
    assert urls(seeds) == [A, B]
    assert seeds.seeds[1].place == f"{name}:3"


def test_a_packed_file_needs_no_ending(tmp_path: Path) -> None:
    assert urls(listed(tmp_path, "list.txt", gzip.compress(A.encode()))) == [A]


def test_what_is_no_utf_8_spoils_its_own_line_only(tmp_path: Path) -> None:
    data = f"# mod\xe8les\n{A}\nhttps://huggingface.co/acme/mod\xe8le\n{B}".encode("latin-1")
    seeds = listed(tmp_path, "list.txt", data)
    assert urls(seeds) == [A, B]
    assert wrong(seeds) == ["https://huggingface.co/acme/mod\ufffdle"]
    table = listed(tmp_path, "list.csv", f"url,caf\xe9\n{A},mod\xe8le,\xe9\n".encode("latin-1"))
    assert table.seeds[0].metadata == {"caf\ufffd": "mod\ufffdle", "further": ["\ufffd"]}


def test_texts_that_nothing_can_store_are_none(tmp_path: Path) -> None:
    objects = f'{{"url": "{A}"}}\n{{"url": "{B}", "note": "\\ud800"}}\n'
    seeds = listed(tmp_path, "v.jsonl", objects)
    assert (urls(seeds), seeds.seeds[1].place) == ([A], "v.jsonl:2")
    for name, text in (("v.json", objects), ("v.yaml", f'- {A}\n- "\\ud800"\n')):
        with pytest.raises(ValueError, match="at line 2"):
            listed(tmp_path, name, text)


@pytest.mark.parametrize(
    ("text", "metadata"),
    [
        (f"url,name\n{A},x\n{B},y\n", {"name": "x"}),
        (f"\ufeffurl;name\n{A};x\n{B};y\n", {"name": "x"}),
        (f"name\tURL\nx\t{A}\ny\t{B}\n", {"name": "x"}),
        (f"sep=|\nurl|name\n{A}|x\n{B}|y\n", {"name": "x"}),
        (f'"sep=;"\nurl;name\n{A};x\n{B};y\n', {"name": "x"}),
        (f"\n\nurl,name\n{A},x\n,\n\n{B},y\n", {"name": "x"}),
        (f"name,Model URL\nx,{A}\ny,{B}\n", {"name": "x"}),
        (f"{A}\n{B}\n", {}),
        (f"{A},x\n{B},y\n", {"column 2": "x"}),
        (f"x;{A}\ny;{B}\n", {"column 1": "x"}),
        (f"url\n{A},x\n{B}\n", {"further": ["x"]}),
        (f'url,note\n{A},"two\nlines"\n{B},x\n', {"note": "two\nlines"}),
        (f"url,link\n{A},{C}\n,{B}\n", {"link": C}),
        (f"url,link\nacme,{A}\n{B},\n", {"url": "acme"}),
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "T.TSV"])
def test_tables(tmp_path: Path, name: str, text: str, metadata: dict[str, object]) -> None:
    seeds = listed(tmp_path, name, text)
    assert [seed.url for seed in seeds.seeds] == [A, B]
    assert urls(seeds) == [A, B]
    assert seeds.seeds[0].metadata == metadata


def test_a_table_without_a_header_or_schemes(tmp_path: Path) -> None:
    seeds = listed(tmp_path, "t.csv", "x,github.com/acme/c\ny,hf.co/acme/a\nz,\n")
    assert urls(seeds) == ["github.com/acme/c", "hf.co/acme/a"]
    assert seeds.seeds[2].place == "t.csv:3"
    assert seeds.seeds[2].url == "z,"


VALUES = [
    (f'["{A}", "{B}"]', [A, B], []),
    (f'[["{A}", ["{B}"]], ["{C}"]]', [A, B, C], []),
    (f'"{A}"', [A], []),
    (f'{{"url": "{A}", "image": "{C}", "authors": ["x"]}}', [A], []),
    (f'{{"URL": "{A}"}}', [A], []),
    (f'{{"models": [{{"name": "T", "url": "{A}"}}, {{"link": "{B}"}}, {{"name": "U"}}]}}', [A, B], ["{'name': 'U'}"]),
    (f'{{"data": {{"items": [{{"attributes": {{"href": "{A}"}}}}, {{"x": {{"y": {{"uri": "{B}"}}}}}}]}}}}', [A, B], []),
    (f'{{"tools": "{A}", "iris": "{B}", "none": "x", "more": null}}', [A, B], []),
    (f'{{"Tools": {{"url": "{A}", "n": 1}}, "Iris": {{"url": "{B}"}}}}', [A, B], []),
    (f'[{{"name": "T", "model_url": "{A}"}}]', [A], []),
    (f'[{{"url": "{A}", "owner": {{"url": "{C}"}}}}]', [A], []),
    (f'{{"link": "{C}", "items": [{{"url": "{A}"}}]}}', [C, A], []),
    (f'{{"seeds": ["x", "{A}", 7]}}', [A], ["x", "7"]),
    (f'{{"images": ["x", "y"], "sizes": [1], "deep": {{"urls": ["{A}"]}}}}', [A], []),
    ('{"images": ["x"], "n": 1, "empty": []}', [], []),
    (f'[{{"url": "{A}", "files": [{{"url": "{C}"}}], "links": ["{C}"]}}]', [A], []),
    (f'{{"models": ["x", "{A}"], "names": ["y"]}}', [A], ["x"]),
    ("[" * 99 + f'"{A}"' + "]" * 99, [A], []),
    ('{"a":' * 99 + f'["{A}"]' + "}" * 99, [A], []),
    ("[]", [], []),
    ("null", [], []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found", "problems"), VALUES)
@pytest.mark.parametrize("name", ["v.json", "v.yaml", "V.YML", "v.json.gz"])
def test_values_wherever_they_stand(
    tmp_path: Path, name: str, text: str, found: list[str], problems: list[str]
) -> None:
    data = text.encode()
    seeds = listed(tmp_path, name, gzip.compress(data) if name.endswith("gz") else data)
    assert urls(seeds) == found
    assert wrong(seeds) == problems
    assert (seeds.useless is None) == bool(found)


@pytest.mark.parametrize("field", ["url", "link", "uri", "href", "seed", "URL"])
def test_an_object_with_a_field_for_its_url_is_one_seed(tmp_path: Path, field: str) -> None:
    (seed,) = listed(tmp_path, "v.json", f'[{{"image": "{C}", "{field}": " {A} "}}]').seeds
    assert (seed.url, seed.metadata, seed.problem) == (A, {"image": C}, None)


@pytest.mark.parametrize("name", ["urls", "links", "uris", "seeds"])
def test_a_list_of_that_name_has_seeds_only(tmp_path: Path, name: str) -> None:
    assert wrong(listed(tmp_path, "v.json", f'{{"{name}": ["acme/a"], "others": ["acme/b"]}}')) == ["acme/a"]


def test_what_stands_beside_a_list_is_said_of_its_seeds(tmp_path: Path) -> None:
    text = f'{{"topic": "vision", "year": 2024, "models": [{{"url": "{A}", "year": 2023}}, "{B}"]}}'
    for name in ("v.json", "v.yaml"):
        first, second = listed(tmp_path, name, text).seeds
        assert first.metadata == {"topic": "vision", "year": 2023}
        assert second.metadata == {"topic": "vision", "year": 2024}
    many = ", ".join(f'"k{n}": {n}' for n in range(60))
    assert len(listed(tmp_path, "v.json", f'{{{many}, "models": ["{A}"]}}').seeds[0].metadata) == 50


@pytest.mark.parametrize(
    "text",
    [f'{{"url":"{A}"}}{{"url":"{B}"}}', f'{{\n "url": "{A}"\n}}\n\n{{\n "url": "{B}"\n}}\n', f'"{A}"\n["{B}"]\n'],
)
@pytest.mark.parametrize("name", ["v.json", "v.jsonl", "v.ndjson"])
def test_json_values_one_after_the_other(tmp_path: Path, name: str, text: str) -> None:
    assert urls(listed(tmp_path, name, text)) == [A, B]


def test_lines_of_json_that_are_none_are_told_by_their_numbers(tmp_path: Path) -> None:
    seeds = listed(tmp_path, "v.jsonl", f'"{A}"\n\n{{"url":\nnull\n{{"url": "{B}"}}\n')
    assert urls(seeds) == [A, B]
    assert [(seed.place, seed.url) for seed in seeds.seeds if seed.problem] == [
        ("v.jsonl:3", '{"url":'), ("v.jsonl:4", "None"),
    ]  # fmt: skip


YAML = [
    (f"base: &b\n  url: {A}\nlist:\n  - *b\n  - url: {B}\n", [(A, 2), (B, 5)]),
    (f"base: &b {{kind: x}}\nlist:\n  - <<: *b\n    url: {A}\n", [(A, 4)]),
    (f"one: &u {A}\nlist: [*u, {B}]\n", [(A, 2), (B, 2)]),
    (f"- {A}\n---\n# more\n- {B}\n", [(A, 1), (B, 4)]),
    (f"tools: {A}\niris: {B}\n", [(A, 1), (B, 2)]),
    (f"? [a, b]\n: {A}\n", [(A, 2)]),
    (f"&a [{A}, *a]\n", [(A, 1)]),
    (f"urls:\n  - !!python/name:os.system ''\n  - {A}\n", [("", 2), (A, 3)]),
]


@pytest.mark.parametrize(("text", "found"), YAML)
def test_yaml_with_its_lines(tmp_path: Path, text: str, found: list[tuple[str, int]]) -> None:
    seeds = listed(tmp_path, "v.yaml", text).seeds
    assert [(seed.url, seed.place) for seed in seeds] == [(url, f"v.yaml:{line}") for url, line in found]


def test_scalars_of_yaml_are_those_of_json(tmp_path: Path) -> None:
    text = f"- url: {A}\n  a: 1\n  b: true\n  c: 2024-01-02\n  d: no\n  e: '7'\n  f: ~\n  g:\n  h: !!str 8\n"
    assert listed(tmp_path, "v.yaml", text).seeds[0].metadata == {
        "a": 1, "b": True, "c": "2024-01-02", "d": "no", "e": "7", "f": None, "g": None, "h": "8",
    }  # fmt: skip
    merged = f"b: &b {{kind: x, n: 1}}\nlist:\n  - <<: [*b]\n    n: 2\n    url: {A}\n"
    assert listed(tmp_path, "v.yaml", merged).seeds[0].metadata == {"kind": "x", "n": 2}


SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>"
AMPERSAND = "https://www.openml.org/search?type=data&id=61"
XML = [
    (SITEMAP.format(f"<url><loc>{AMPERSAND}</loc></url>"), [AMPERSAND]),
    (SITEMAP.format(f"<url><loc>{AMPERSAND.replace('&', '&amp;')}</loc></url>"), [AMPERSAND]),
    (SITEMAP.format(f"<url><loc>{AMPERSAND.replace('&', '&#38;')}&b=2</loc></url>"), [f"{AMPERSAND}&b=2"]),
    (f"<urlset><!-- & --><url><loc><![CDATA[{AMPERSAND}]]></loc></url><url><loc>{AMPERSAND}</loc></url></urlset>",
     [AMPERSAND, AMPERSAND]),
    (f"\ufeff\n\n<?xml version='1.0'?>\n<urlset><url><loc>\n {A}\n</loc></url></urlset>", [A]),
    (f"<urlset><url><loc>{A[:20]}<!-- cut -->{A[20:]}</loc></url></urlset>", [A]),
    (f"<urlset xmlns:i='i'><url><i:image><i:loc>{C}</i:loc></i:image><loc>{A}</loc></url></urlset>", [A]),
    (f"<rss><channel><link>{C}</link><item><title>A</title><link>{A}</link></item></channel></rss>", [A]),
    (f"<r:RDF xmlns:r='r'><channel><link>{C}</link></channel><item><link>{A}</link></item></r:RDF>", [A]),
    (f"<urlset><url><loc/><loc>{A}</loc></url></urlset>", [A]),
    (f"<feed xmlns='http://www.w3.org/2005/Atom'><link href='{C}'/><entry><link href='{A}'/></entry></feed>", [A]),
    (f"<feed><entry><link rel='self' href='{C}'/><link rel='alternate' href='{B}'/></entry></feed>", [B]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), XML)
def test_sitemaps_and_feeds(tmp_path: Path, text: str, found: list[str]) -> None:
    seeds = listed(tmp_path, "S.XML", text)
    assert [seed.url for seed in seeds.seeds] == found
    assert not wrong(seeds)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_the_encoding_that_xml_declares_is_obeyed(tmp_path: Path, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?><urlset><url><loc>https://x.org/modèle</loc></url></urlset>"
    assert urls(listed(tmp_path, "s.xml", text.encode(encoding))) == ["https://x.org/modèle"]


def test_what_an_entry_says_besides_and_what_it_lacks(tmp_path: Path) -> None:
    entries = f"<url><loc>{A}</loc><lastmod>2024-01-01</lastmod><x/></url>\n<url><lastmod>1</lastmod></url>"
    text = f"<urlset>\n{entries}</urlset>"
    seeds = listed(tmp_path, "s.xml", text).seeds
    assert seeds[0].metadata == {"lastmod": "2024-01-01"}
    assert [(seed.place, seed.problem) for seed in seeds] == [("s.xml:2", None), ("s.xml:3", "has no loc")]
    (index,) = listed(tmp_path, "i.xml", f"<sitemapindex><sitemap><loc>{A}</loc></sitemap></sitemapindex>").seeds
    assert index.problem is not None
    assert "is another sitemap" in index.problem


def test_what_is_no_element_of_an_entry_is_passed_over(tmp_path: Path) -> None:
    entry = f"<url>&e;<?pi x?><!-- c --><loc>{A}</loc><lastmod> 2024<!-- or later --></lastmod></url>"
    (seed,) = listed(tmp_path, "s.xml", f"<!DOCTYPE u [<!ENTITY e 'b'>]><urlset>{entry}</urlset>").seeds
    assert (seed.url, seed.metadata, seed.problem) == (A, {"lastmod": "2024"}, None)


def test_an_entity_is_no_part_of_a_url(tmp_path: Path) -> None:
    text = f"<!DOCTYPE u [<!ENTITY e 'b'>]><urlset><url><loc>{A}/&e;</loc></url><url><loc>{B}</loc></url></urlset>"
    seeds = listed(tmp_path, "s.xml", text)
    assert (urls(seeds), wrong(seeds)) == ([B], [f"{A}/&e;"])


DAMAGED: dict[str, tuple[str | bytes, str]] = {
    "cut.xml": (f"<urlset><url><loc>{A}</loc></url><url><loc>https://www.ope", "is not valid XML: .* line 1"),
    "page.xml": ("<html><body/></html>", "its root element is html"),
    "undefined.xml": (
        f"<!DOCTYPE u [<!ENTITY e 'x'>]><urlset><url><loc>{A}&b</loc></url></urlset>",
        "is not valid XML",
    ),
    "broken.json": (f'{{"urls": ["{A}",\n "https:', "is not valid JSON at line 2"),
    "broken.jsonl": (f'{{"urls": ["{A}",\n "https:', "is not valid JSON at line 2"),
    "broken.yaml": (f"urls:\n - {A}\n - [", "is not valid YAML at line"),
    "nobody.yaml": (f"urls:\n - {A}\n - *b", "is not valid YAML at line 3: unknown alias b"),
    "bytes.yaml": ("urls: ['\x00']", "is not valid YAML"),
    "deep.yaml": ("a: " + "[" * 3_000, "nested deeper than 100 levels at line 1"),
    "deeper.yml": ("a: {" * 3_000, "nested deeper than 100 levels at line 1"),
    "deep.json": ("[" * 600 + f'"{A}"' + "]" * 600, "nested deeper than 100 levels"),
    "rather_deep.json": ('{"a":' * 100 + f'["{A}"]' + "}" * 100, "nested deeper than 100 levels"),
    "rather_deep.yaml": ("[" * 101 + f'"{A}"' + "]" * 101, "nested deeper than 100 levels"),
    "deeper.json": ('{"a":' * 9_000 + "1" + "}" * 9_000, "nested too deep|depth limit"),
    "wide.csv": (f"url,note\n{A},a\n{B},{'x' * 140_000}\n", "cannot be read at line 3: field larger"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff", "is not a text file"),
    "cut.txt.gz": (gzip.compress(f"{A}\n".encode() * 50)[:-12], "is a damaged gzip file"),
    "spoiled.txt.gz": (gzip.compress(A.encode())[:15] + b"\xff" * 30, "is a damaged gzip file"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_an_error_of_one_line(tmp_path: Path, name: str) -> None:
    text, told = DAMAGED[name]
    with pytest.raises(ValueError, match=told) as error:
        listed(tmp_path, name, text)
    assert "\n" not in str(error.value)


def test_a_file_is_unpacked_up_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_text, "LARGEST", 2**20)
    enough = A.encode() + b"\n" * (2**20 - len(A))
    assert urls(listed(tmp_path, "l.txt", enough)) == urls(listed(tmp_path, "l.txt.gz", gzip.compress(enough))) == [A]
    for data in (enough + b"\n", gzip.compress(enough + b"\n"), gzip.compress(b"\n" * 2**24)):
        with pytest.raises(ValueError, match="larger than 1 MiB"):
            listed(tmp_path, "l.txt", data)


@pytest.mark.parametrize("name", ["seed_yaml.MOST_VALUES", "seed_values.MOST_VALUES", "seed_list.MOST_SEEDS"])
def test_a_file_has_so_many_values_at_the_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text = f"- {A}\n" * 100
    assert len(listed(tmp_path, "v.yaml", text).seeds) == 100
    monkeypatch.setattr(f"mlentory_crawl.crawl.{name}", 99)
    with pytest.raises(ValueError, match="more than 99"):
        listed(tmp_path, "v.yaml", text)


LONG = {
    "link.txt": f"[a]({'a' * 400_000}\n",
    "commas.txt": "," * 400_000,
    "wrapped.txt": f"{'(' * 400_000}{')' * 400_000}",
    "sections.xml": "<urlset>" + "<![CDATA[" * 100_000,
    "comments.xml": "<urlset>" + "<!--" * 100_000,
    "values.jsonl": "1 " * 30_000,
    "values.json": "1 " * 30_000,
    "lists.json": f"[{'[],' * 30_000}[]]",
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_no_longer_than_they_are(tmp_path: Path, name: str) -> None:
    # With work that grows with the square of the length, these would take minutes each.
    try:
        seeds = listed(tmp_path, name, LONG[name])
    except ValueError:
        return
    assert not urls(seeds)


def test_values_that_refer_to_each_other_are_never_written_out(tmp_path: Path) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    text = f"a0: &a0 [x]\n{levels}urls:\n  - {{url: {A}, more: *a11, few: [1]}}\n  - [*a11]\n  - ? *a11\n    : {B}\n"
    seeds = listed(tmp_path, "v.yaml", text)
    assert urls(seeds) == [A, B]
    assert seeds.seeds[0].metadata == {"few": [1]}
    assert all(len(url) < 1_000 for url in wrong(seeds))


def test_what_git_clones_from_is_looked_for_at_the_beginning_only() -> None:
    url = "https://x.org/?from=git@github.com:acme/c"
    assert canonical(url) == "https://x.org/?from=git%40github.com%3Aacme%2Fc"


def test_what_merges_what_merges_stays_small(tmp_path: Path) -> None:
    levels = "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 30))
    seeds = listed(tmp_path, "v.yaml", f"a0: &a0 {{url: {A}}}\n{levels}")
    assert urls(seeds)[0] == A
    assert len(seeds.seeds) <= 30


def test_urls_in_an_argument_may_have_commas() -> None:
    one, two = "https://export.arxiv.org/api/query?id_list=2401.00001,2401.00002", "openml.org/d/61"
    assert [seed.url for seed in read(f"{one}, {two},{A}").seeds] == [one, two, A]


def test_an_argument_may_be_too_long_for_the_name_of_a_file() -> None:
    assert len(read(",".join(f"{A}-{n}" for n in range(300))).seeds) == 300
    assert len(names_in(",".join(f"acme/net-{n}" for n in range(300)))) == 300


def test_the_standard_input_is_read_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_lists, "LARGEST", len(A) + 1)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{A}\n"))
    assert urls(read("-")) == [A]
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{A}\n{B}\n"))
    with pytest.raises(ValueError, match="more than"):
        read("-")
