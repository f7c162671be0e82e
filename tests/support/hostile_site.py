"""A catalog of which every text, name and address is hostile."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from fair4ml.document import Document
from fair4ml.entities import Kind, properties
from fair4ml.write.value_types import value_types
from mlentory_crawl.catalog.commits import Commit, Rejected
from support.archived_cards import keep_cards
from support.catalogs import DAY, HUB, Book
from support.served import indexed
from support.site import REPORT, reported

RUNS = "window.pwned=1"
TWICE = "&lt;b&gt; &amp;amp; &#39;"
"""A text that looks as if it were escaped already."""
BRACES = "{{7*7}} ${7*7} #{7*7} {%7*7%}"
TEXTS = [
    f"<script>{RUNS}</script>",
    f'"><img src=x onerror="{RUNS}">',
    f"' onfocus={RUNS} autofocus tabindex=0 x='",
    f"<svg/onload={RUNS}><style>*{{display:none}}</style>",
    BRACES,
    f'<b hx-get="/runs" hx-trigger="load" hx-on::load="{RUNS}" data-hx-get="/runs">x</b>',
    f'<iframe srcdoc="<script>parent.pwned=1</script>"></iframe><a href="javascript:{RUNS}">x</a>',
    TWICE,
    f"</title></textarea></script></style>--></p><script>{RUNS}</script><!--",
    "\u202eesrever\u2066 \u200f\ufeff\u2028\U000e0041",
    "\x00\x07\x1b[31m\x9b\r\nSet-Cookie: a=b\ud7ff\uffff",
    "w" * 5_000,
    f"<meta http-equiv=refresh content='0;url=javascript:{RUNS}'><base href=//evil.example>",
    f"]]><![CDATA[<x:script xmlns:x='http://www.w3.org/1999/xhtml'>{RUNS}</x:script>",
]
ADDRESSES = [
    f"javascript:{RUNS}",
    f"JaVaScRiPt:{RUNS}",
    f" \x01javascript:{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    f"vbscript:{RUNS}",
    "//evil.example/x",
    "/\\evil.example",
    "file:///etc/passwd",
    f'https://evil.example/" onmouseover="{RUNS}',
    f"https://evil.example/<script>{RUNS}</script>?a=&lt;&#39;\u202e",
    f'{HUB}evil/"><script>{RUNS}</script>',
    f"https://evil.example/{'w' * 3_000}",
    "https://%zz[",
]


_CARD = r"""
[a](javascript:RUN) [b](JaVaScRiPt:RUN) [c](data:text/html,<script>RUN</script>) [d](//evil.example/x)

[e](<https://evil.example/" onmouseover="RUN>) [f](/runs) [g](#facts) <javascript:RUN> [](https://evil.example)

![pixel](https://evil.example/p.png) ![x](x "onerror=RUN") [![badge](https://evil.example/b)](vbscript:RUN)

&#8238;&#x202e;&#0; <a href="javascript:RUN">&lt;script&gt;RUN&lt;/script&gt;</a> `<script>RUN</script>`

| <img src=x onerror=RUN> | |
|---|---|
| [x](javascript:RUN) | `|` |

#

### <svg onload=RUN>

```html onload=RUN
</code></pre><script>RUN</script>
```

<div class=card id=main style=position:fixed hx-get=/runs hx-trigger=load>
<b>above</b>

**within**

</div>

<![CDATA[ <script>RUN</script> ]]> <!-- <script>RUN</script> --> <?php RUN ?> <table><tr><td onclick=RUN>
"""
MARKDOWN = _CARD.replace("RUN", RUNS)
"""A card that tries what only Markdown can."""


class _Rota:
    """Gives one after the other, so that each stands everywhere in the end."""

    def __init__(self, start: int) -> None:
        self._at = start

    def text(self) -> str:
        self._at += 1
        return TEXTS[self._at % len(TEXTS)]

    def address(self) -> str:
        self._at += 1
        return ADDRESSES[self._at % len(ADDRESSES)]


def filled(class_name: str, iri: str, rota: _Rota, stubs: list[dict[str, Any]]) -> dict[str, Any]:
    """An entity that has all properties of its class, whatever they say.

    Args:
        class_name: its class.
        iri: its IRI.
        rota: what they say.
        stubs: gets what it names.
    """
    entity: dict[str, Any] = {"iri": iri, "class": class_name}
    types = value_types(class_name)
    for name, prop in properties(class_name).items():
        kind = types[name]
        if prop.kind is Kind.REFERENCE:
            value: Any = rota.address()
            stubs.append({"iri": value, "class": NAMED.get(name, "CreativeWork"), "name": rota.text()})
        elif prop.kind is Kind.URL:
            value = rota.address()
        elif kind.types & {date, datetime}:
            value = "2024-01-01T00:00:00Z"
        elif str in kind.types:
            value = rota.text()
        else:
            value = bool in kind.types or 7
        entity[name] = [value] if kind.many else value
    return entity


NAMED = {
    "license": "License", "trainedOn": "Dataset", "testedOn": "Dataset", "evaluatedOn": "Dataset", "sharedBy": "Agent",
    "validatedOn": "Dataset", "mlTask": "DefinedTerm", "wasDerivedFrom": "MLModel", "fineTunedFrom": "MLModel",
    "author": "Person", "inLanguage": "Language", "softwareRequirements": "SoftwareApplication", "about": "MLModel",
    "mentions": "MLModel", "referencePublication": "ScholarlyArticle",
}  # fmt: skip


def names() -> list[str]:
    """The ids of the models, one for each text."""
    return [f"evil/m{number}" for number in range(len(TEXTS))]


def hostile_model(number: int) -> Document:
    """A model that has everything, with the parts of its derivation and its evaluation."""
    rota, iri = _Rota(number), f"{HUB}evil/m{number}"
    stubs: list[dict[str, Any]] = []
    root = filled("MLModel", iri, rota, stubs) | {"name": TEXTS[number]}
    parent, child = f"{HUB}evil/m{(number + 1) % len(TEXTS)}", root["wasDerivedFrom"][0]
    root |= {
        "wasDerivedFrom": [child, parent],
        "hasEvaluation": [f"{iri}#e"],
        "additionalProperty": [f"{iri}#p", f"{iri}#q"],
        "qualifiedDerivation": [f"{iri}#d"],
    }
    stubs.append({"iri": parent, "class": "MLModel", "name": rota.text()})
    exam = ADDRESSES[number % len(ADDRESSES)]
    stubs.append({"iri": exam, "class": "Dataset", "name": rota.text()})
    said = "PropertyValue"
    parts: list[dict[str, Any]] = [
        {"iri": f"{iri}#d", "class": "Derivation", "entity": parent, "type": rota.text()},
        {"iri": f"{iri}#p", "class": said, "propertyID": rota.text(), "name": rota.text(), "value": rota.text()},
        {"iri": f"{iri}#q", "class": said, "propertyID": "parameterCount", "value": 7, "unitText": rota.text()},
        {
            "iri": f"{iri}#e", "class": "MLModelEvaluation", "name": rota.text(), "evaluatedMLModel": [iri],
            "evaluationDataset": [exam], "evaluationMetrics": [rota.text()], "evaluationResults": [f"{iri}#r"],
            "isBasedOn": [rota.address(), rota.address()], "citation": [rota.text()],
            "additionalProperty": [f"{iri}#s"],
        },
        {"iri": f"{iri}#s", "class": "PropertyValue", "propertyID": "config", "value": rota.text()},
        {
            "iri": f"{iri}#r", "class": "PropertyValue", "propertyID": rota.text(), "name": rota.text(),
            "value": (0.5, rota.text())[number % 2], "description": rota.text(), "unitText": rota.text(),
        },
    ]  # fmt: skip
    return {"root": root, "parts": parts, "stubs": stubs}  # as JSON has it


def hostile_document(class_name: str, number: int) -> Document:
    """A record of another class, at a hostile address."""
    stubs: list[dict[str, Any]] = []
    root = filled(class_name, ADDRESSES[number], _Rota(number), stubs)
    return {"root": root, "parts": [], "stubs": stubs}


def hostile_site(data_dir: Path) -> Book:
    """A catalog of two days with these models, articles and papers, refused records, and the reports of its runs."""
    book = Book(data_dir)
    book.crawl({f"m{number}": hostile_model(number) for number in range(len(TEXTS))})
    book.begin()
    changed = {f"m{number}": hostile_model(number) for number in range(len(TEXTS))}
    for number, document in enumerate(changed.values()):
        document["root"]["description"] = TEXTS[(number + 3) % len(TEXTS)]
    entries = [book.entry(key, document) for key, document in changed.items()]
    for number, (platform, class_name) in enumerate(
        [("article", "Article"), ("arxiv", "ScholarlyArticle"), ("article", "SocialMediaPosting"), ("arxiv", "Article")]
        * 3
    ):
        other = hostile_document(class_name, number)
        entries.append(book.entry(f"a{number}", other, platform=platform, kind="article"))
    refused = [
        Rejected("huggingface", "model", text[:200], ADDRESSES[0], text[:200], text, DAY.format(1), b"{}")
        for text in TEXTS
    ]
    book.writer.commit(book.run, Commit(entries=entries, rejected=refused))
    keep_cards(book, {name: f"{TEXTS[number]}\n\n{MARKDOWN}" for number, name in enumerate(names())})
    reported(book)
    told = {
        **REPORT,
        "run_id": "20240102T000000Z_00000000",
        "verdict": TEXTS[1],
        "problems": TEXTS,
        "states": dict.fromkeys(TEXTS, 1),
        "field_issues": dict.fromkeys(TEXTS, 1),
    }
    book.writer.runs.save_report(book.run, orjson.dumps(told))
    indexed(data_dir, "sparql")
    return book
