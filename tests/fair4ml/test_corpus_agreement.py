"""The mapping against the plainest reading of the same raw records; every difference has a reason that has a name."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.captured import hugging_face_models, lines

from fair4ml.describe.source_record import parse
from fair4ml.hub_datasets import FORMER, MOVED, WITHOUT_OWNER
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.source import ModelInfo

LOGGER = logging.getLogger(__name__)  # --log-cli-level=INFO shows the counts
HUB = "https://huggingface.co/"
REPOSITORY = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", re.ASCII)

Raw = dict[str, Any]
Differences = Iterator[str]
"""Reasons, or what differs without one, which begins with ``?``."""


class Mapped:
    """What the mapping makes of a record, by the names of things."""

    def __init__(self, raw: Raw) -> None:
        description = describe(parse(ModelInfo, raw)[0])
        self.root = description.root.document()
        self.parts = {part.iri: part.document() for part in description.parts}
        self.names = {stub.iri: stub.name for stub in description.stubs}

    def named(self, name: str) -> set[str]:
        return {self.names.get(iri) or self.parts[iri].get("name") or "" for iri in self.root.get(name, ())}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def card(raw: Raw, name: str) -> list[Any]:
    return [value for value in listed((raw.get("cardData") or {}).get(name)) if value is not None]


def tagged(raw: Raw, prefix: str) -> list[str]:
    return [tag.removeprefix(prefix) for tag in raw["tags"] if tag.startswith(prefix)]


@cache
def spdx_ids(reference: Path) -> set[str]:
    lists = (reference / "spdx-license-ids-3.0.24" / name for name in ("index.json", "deprecated.json"))
    return {id.lower() for path in lists for id in json.loads(path.read_bytes())}


@cache
def iso_639(reference: Path, kind: str) -> set[str]:
    codes = json.loads((reference / "pycountry" / "iso639-3.json").read_bytes())["639-3"]
    return {code[kind] for code in codes if kind in code}


def licenses(raw: Raw, mapped: Mapped, reference: Path) -> Differences:
    spdx = spdx_ids(reference)
    stated = {text.lower() for text in (*tagged(raw, "license:"), *card(raw, "license"))}
    found = {name.lower(): iri for iri in mapped.root.get("license", ()) for name in [mapped.names.get(iri)] if name}
    unnamed = [mapped.parts[iri]["name"] for iri in mapped.root.get("license", ()) if iri in mapped.parts]
    beside = {text.lower() for text in (*card(raw, "license_name"), *card(raw, "license_link"))}
    if unnamed not in ([], ["other, not named"]) or (unnamed and "other" not in stated):
        yield f"? {unnamed} are parts"
    for text in stated - found.keys():
        if text in {"other", "unknown", "???"}:
            yield "says that it is not specified"
        elif not any(map(str.isalnum, text)) or text in {"none", "n/a", "undefined", "null", "license"}:
            yield "a word for nothing"
        elif text not in spdx and any(iri.startswith("https://spdx.org/") for iri in found.values()):
            yield "the Hub's own spelling of an SPDX license"
        else:
            yield f"? {text} is not in {found}"
    for name in found.keys() - stated:
        if stated <= {"other"} and (name in beside or any(name.endswith(text) for text in beside)):
            yield "named by license_name or license_link"
        elif stated & spdx or not found[name].startswith("https://spdx.org/"):
            yield f"? {name} is stated nowhere"
    for name, iri in found.items():
        if (name in spdx) != iri.startswith("https://spdx.org/") and name in stated:
            yield f"? {name} is {iri}"


def tasks(raw: Raw, mapped: Mapped, reference: Path) -> Differences:
    stated = {text for text in (raw.get("pipeline_tag") or next(iter(card(raw, "pipeline_tag")), None),) if text}
    found = mapped.named("mlTask")
    for task in stated - found:
        yield "no task of the scheme" if task in mapped.root.get("keywords", ()) else f"? {task} is lost"
    for task in found - stated:
        yield f"? {task} is stated nowhere"


def languages(raw: Raw, mapped: Mapped, reference: Path) -> Differences:
    two, three = iso_639(reference, "alpha_2"), iso_639(reference, "alpha_3")
    found = set(mapped.root.get("languageTag", ()))
    stated = ["no" if text is False else text for text in card(raw, "language")]
    if not stated:
        words = {tag for tag in raw["tags"] if ":" not in tag}
        for tag in (words & two) ^ {tag for tag in found if len(tag) == 2}:
            if tag in words and tag not in found and tag == "sh":
                yield "a code that is no longer one of ISO 639-1"
            elif tag in found and any(word in words and word[:3] in three for word in words):
                yield "a longer code of a language that has one of two letters"
            else:
                yield f"? {tag}: {words & two} against {found}"
        for _ in {tag for tag in words & three if tag not in found}:
            yield "three letters that are a code and seldom mean a language"
        for tag in found:
            if len(tag) > 3:
                yield "with a region or script"
            elif len(tag) == 3 and tag not in words:
                yield f"? {tag} is stated nowhere"
        return
    for text in stated:
        if text in found:
            continue
        if text in {"multilingual", "code"}:
            yield "no language: multilingual or code"
        elif len(text) == 3 and text in three:
            yield "a longer code of a language that has one of two letters"
        else:
            yield f"? {text} against {found}"
    if len(found) > len(set(stated)):
        yield f"? {found} is more than {stated}"


def parents(raw: Raw, mapped: Mapped, reference: Path) -> Differences:
    kinds: dict[str, set[str | None]] = {}
    for text in tagged(raw, "base_model:"):
        match = re.fullmatch(r"(finetune|adapter|quantized|merge):(.+)", text)
        kinds.setdefault(match[2] if match else text, set()).update([match[1]] if match else [])
    of_card = card(raw, "base_model")
    for text in of_card:
        kinds.setdefault(text, set())
    derivations = [mapped.parts[iri] for iri in mapped.root.get("qualifiedDerivation", ())]
    found = {part["entity"].removeprefix(HUB): part.get("type") for part in derivations}
    if set(mapped.root.get("wasDerivedFrom", ())) != {HUB + id for id in found}:
        yield "? derivations and parents differ"
    fine_tuned = {iri.removeprefix(HUB) for iri in mapped.root.get("fineTunedFrom", ())}
    if fine_tuned != {id for id, kind in found.items() if kind in {"finetune", "adapter"}}:
        yield "? fine-tuned from others than the kinds say"
    own = raw.get("id") or raw["modelId"]
    for text, stated in kinds.items():
        if text in found:
            if found[text] not in (stated or {None}):
                stated_by_card = card(raw, "base_model_relation")
                yield (
                    "the card says how"
                    if [found[text]] == stated_by_card
                    else f"? {text} is {found[text]}, not {stated}"
                )
            if len(stated) > 1:
                yield "the same parent in two ways: the first counts"
        elif text.lower() == own.lower():
            yield "its own parent"
        elif not REPOSITORY.fullmatch(text):
            yield "a path or prose"
        elif "/" not in text:
            yield "without an owner"
        elif text.lower() in map(str.lower, found):
            yield "in another case"
        elif text in of_card and len(of_card) <= len(tagged(raw, "base_model:")) / 2:
            yield "the card's former name of the tag's"
        else:
            yield f"? {text} is not in {found}"
    for id in found.keys() - kinds.keys():
        yield "a link to the Hub" if any(id in text for text in kinds) else f"? {id} is stated nowhere"


def datasets(raw: Raw, mapped: Mapped, reference: Path) -> Differences:
    stated = {text.strip() for text in (*tagged(raw, "dataset:"), *card(raw, "datasets"))}
    linked = {
        iri.removeprefix(f"{HUB}datasets/") for iri in mapped.root.get("trainedOn", ()) if iri not in mapped.parts
    }
    parts = {
        mapped.parts[iri]["name"]: mapped.parts[iri].get("url")
        for iri in mapped.root.get("trainedOn", ())
        if iri in mapped.parts
    }
    for text in stated - linked:
        known, read = re.fullmatch(r"[\w.-]+", text, re.ASCII), re.sub(r"\[(.+?)\]\(.+?\)", r"\1", text)
        link = re.fullmatch(r"\[(.+)\]\((.+)\)", text)
        if text in parts and known and text not in WITHOUT_OWNER:
            yield "a single word that the Hub has no dataset of: a part"
        elif text in parts and "/" not in text:
            yield "prose: a part"
        elif text.partition("://")[2].rstrip("/") in parts:
            yield "a web address: a part"
        elif read in parts:
            yield "prose with an address: a part"
        elif MOVED.get(text) in linked:
            yield "a name of the time before datasets had owners"
        elif link and link[1] in parts and parts[link[1]] == link[2]:
            yield "a Markdown link elsewhere: a part"
        elif link and any(link[2].endswith(f"huggingface.co/datasets/{id}") for id in linked):
            yield "a Markdown link to the Hub"
        elif any(text.startswith(f"{HUB}datasets/{id}") for id in linked):
            yield "a web address on the Hub"
        elif text.lower() in {
            "custom",
            "unknown",
            "none",
            "null",
            "array of dataset identifiers",
            "private",
            "proprietary",
            "other",
        }:
            yield "a placeholder"
        elif text in {"generator", "imagefolder", "audiofolder", "csv", "json", "text", "parquet", "arrow", "pandas"}:
            yield "a loader, which is no dataset"
        else:
            yield f"? {text!r} is neither in {linked} nor in {parts}"
    for id in linked - stated:
        if FORMER.get(id) not in stated and not any(f"huggingface.co/datasets/{id}" in text for text in stated):
            yield f"? {id} is stated nowhere"


def parameters(raw: Raw, mapped: Mapped, reference: Path) -> Differences:
    weights = raw.get("safetensors") or {}
    stated = weights.get("total")
    quantized = (raw.get("config") or {}).get("quantization_config")
    if quantized and {"I32", "U32", "U8"} & (weights.get("parameters") or {}).keys():
        yield "packed weights: how many elements they have is no count of parameters"
        stated = None
    if stated is None:
        stated = (raw.get("gguf") or {}).get("total")
    found = [
        part["value"]
        for part in mapped.parts.values()
        if part.get("propertyID") == "parameterCount" and "name" not in part
    ]
    if found != listed(stated):
        yield f"? {found} instead of {stated}"


READINGS: dict[str, Callable[[Raw, Mapped, Path], Differences]] = {
    "license": licenses,
    "task": tasks,
    "language": languages,
    "parent": parents,
    "dataset": datasets,
    "parameters": parameters,
}


def differences(reference: Path, name: str, records: Iterable[tuple[Raw, Mapped]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for raw, mapped in records:
        found.update(READINGS[name](raw, mapped, reference))
    return found


@pytest.fixture(scope="module")
def models(corpus: Path) -> list[tuple[Raw, Mapped]]:
    return [(raw, Mapped(raw)) for raw in hugging_face_models(corpus)]


@pytest.mark.parametrize("name", READINGS)
def test_the_mapping_differs_from_the_plain_reading_only_for_a_reason(
    corpus: Path, models: list[tuple[Raw, Mapped]], name: str
) -> None:
    found = differences(corpus / "reference", name, models)
    LOGGER.info("%s: %s", name, dict(found.most_common()))
    assert [reason for reason in found if reason.startswith("?")] == []


def as_record(row: Raw) -> Raw:
    """A row of a table about models of 2026 as the record that it was made from, as far as it holds that."""
    return {
        "id": row["id"],
        "tags": row["tags"],
        "pipeline_tag": row["pipeline_tag"],
        "library_name": row["library"],
        "safetensors": {"total": row["parameters"]},
        "cardData": {"base_model": row["base_model"]},
    }


def column_differences(row: Raw, mapped: Mapped) -> Differences:
    """What the columns of the table, which others made, say that the mapping does not."""
    found_licenses = {name.lower() for name in mapped.named("license")}
    tags = set(tagged(row, "license:"))
    if {row["license"]} - {None} != tags:
        yield "license: the table, made from the cards, has another than the tags"
    elif {row["license"]} - {None} != found_licenses:
        if tags <= {"other", "unknown"}:
            yield "license: not specified"
        elif all(iri.startswith("https://spdx.org/") for iri in mapped.root.get("license", [""])):
            yield "license: the Hub's own spelling of an SPDX license"
        else:
            yield f"? license: {row['license']}, not {found_licenses}"
    if mapped.named("mlTask") != {row["pipeline_tag"]} - {None}:
        yield "task: none of the scheme" if not mapped.named("mlTask") else f"? task: {row['pipeline_tag']}"
    if mapped.named("softwareRequirements") != {row["library"]} - {None}:
        yield f"? library: {row['library']}"
    yield from parameters(as_record(row), mapped, Path())
    of_tags = {text.rpartition(":")[2] for text in tagged(row, "base_model:")}
    found = {iri.removeprefix(HUB) for iri in mapped.root.get("wasDerivedFrom", ())}
    stated = row["base_model"]
    if stated is None or stated in found:
        if found > of_tags and stated is not None and len(of_tags) > 0:
            yield f"? parent: {stated} is one more than {of_tags}"
    elif stated.lower() == row["id"].lower():
        yield "parent: itself"
    elif found and found == {id for id in of_tags if "/" in id}:
        yield "parent: the tags have its present name"
    elif not REPOSITORY.fullmatch(stated) or "/" not in stated or stated.startswith(("models/", "outputs/")):
        yield "parent: a path, prose, or a name without an owner"
    else:
        yield f"? parent: {stated} is not in {found}"


def test_a_table_of_others_differs_only_for_a_reason(corpus: Path) -> None:
    found: Counter[str] = Counter()
    for row in lines(corpus / "huggingface" / "models-2026-summary.jsonl.gz"):
        found.update(column_differences(row, Mapped(as_record(row))))
    LOGGER.info("table of 2026: %s", dict(found.most_common()))
    assert [reason for reason in found if reason.startswith("?")] == []


def test_the_plain_reading_of_the_tables_tags_agrees_too(corpus: Path) -> None:
    rows = lines(corpus / "huggingface" / "models-2026-summary.jsonl.gz")
    records = [{**as_record(row), "cardData": None} for row in rows]
    models = [(record, Mapped(record)) for record in records]
    for name in READINGS:
        found = differences(corpus / "reference", name, models)
        LOGGER.info("%s of 2026: %s", name, dict(found.most_common()))
        assert [reason for reason in found if reason.startswith("?")] == []
