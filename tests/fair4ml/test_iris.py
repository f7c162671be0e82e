"""IRIs that every RDF parser takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, strategies as st
from support.documents import ANY_IRI

from fair4ml.identifiers import IRI_PATTERN
from fair4ml.write.safe_iris import safe_iri


@pytest.mark.parametrize(
    "iri",
    [
        "https://huggingface.co/acme/tiny-bert",
        "https://huggingface.co/acme/tiny-bert#evaluation-0123456789abcdef",
        "https://huggingface.co/models?license=license:gemma",
        "https://huggingface.co/datasets/acme/größe",
        "https://user:secret@a.example:8443/x;y=1?z=%41#f?/",
        "https://[2001:db8::1]:80/",
        "https://a.example",
        "HTTPS://A.example/",
        "file:///etc/hosts",
        "urn:isbn:0451450523",
        "mailto:ada@example.org",
        "doi:10.1000/182",
        "https://a.example/?private=\ue000",
    ],
)
def test_an_iri_that_follows_the_rules_stays_as_it_is(iri: str) -> None:
    assert safe_iri(iri) == iri


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ('https://a.example/a b<c>"d"{e}|f^g`h\\i', "https://a.example/a%20b%3Cc%3E%22d%22%7Be%7D%7Cf%5Eg%60h%5Ci"),
        ("https://a.example/\n> .\n<x:y", "https://a.example/%0A%3E%20.%0A%3Cx:y"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/%zz%41", "https://a.example/%25zz%41"),
        ("https://a.example/[x]?[y]#[z]", "https://a.example/%5Bx%5D?%5By%5D#%5Bz%5D"),
        ("https://a.example/#a#b", "https://a.example/#a%23b"),
        ("https://a.example:port/", "https://a.example%3Aport/"),
        ("https://[nowhere]/", "https://%5Bnowhere%5D/"),
        ("https://a.example/\ue000", "https://a.example/%EE%80%80"),
        ("https://a.example/\u2028", "https://a.example/%E2%80%A8"),
        ("https://\u00a0.example/", "https://%C2%A0.example/"),
        ("https://a.example/\ud800", "https://a.example/%ED%A0%80"),
    ],
)
def test_what_breaks_the_rules_is_percent_encoded(written: str, safe: str) -> None:
    assert safe_iri(written) == safe


@pytest.mark.parametrize("text", ["", "#", "tiny bert", "/etc/hosts", "//a.example/x", "_:b1", "@id:x"])
def test_what_has_no_scheme_names_nothing_that_exists(text: str) -> None:
    assert safe_iri(text).startswith("urn:invalid:")


@given(st.one_of(ANY_IRI, st.text(st.characters(exclude_categories=()))))
@example("https://\ud800/")
def test_whatever_is_written_the_result_is_an_iri_that_stays_as_it_is(written: str) -> None:
    safe = safe_iri(written)
    assert safe.encode("utf-8")
    assert safe_iri(safe) == safe
    assert re.fullmatch(IRI_PATTERN, safe) or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:", safe)
    assert safe.count("#") <= 1
    assert re.search(r"\s|%(?![0-9A-Fa-f]{2})", safe) is None
