"""Types of options that several commands have."""

from __future__ import annotations

import argparse
import re
from decimal import Decimal

from fair4ml.entities import CLASSES
from mlentory_crawl.console import UNITS

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([KMBT]?)", re.ASCII)


NAMES = {
    "model": "MLModel",
    "evaluation": "MLModelEvaluation",
    "dataset": "Dataset",
    "paper": "ScholarlyArticle",
    "article": "Article",
    "post": "SocialMediaPosting",
    "application": "SoftwareApplication",
    "repository": "SoftwareSourceCode",
    "user": "Person",
    "person": "Person",
    "organization": "Organization",
    "license": "License",
    "task": "DefinedTerm",
}
"""The names by which people ask for classes."""


def class_name(text: str) -> str:
    """Return the class that a text names, such as MLModel for model.

    Raises:
        argparse.ArgumentTypeError: it names none.
    """
    known = {name.lower(): name for name in CLASSES} | NAMES
    try:
        return known[text.lower()]
    except KeyError:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(NAMES)}, got {text!r}") from None


def number(text: str) -> int:
    """Return the number that a text such as 1500, 350M or 7B means.

    Raises:
        argparse.ArgumentTypeError: it means none.
    """
    found = _NUMBER.fullmatch(text.upper())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number such as 1500, 350M or 7B")
    return int(Decimal(found[1]) * UNITS.get(found[2], 1))
