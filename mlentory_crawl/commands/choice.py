"""Options that choose entities by what is known of them: the same of searches and of exports."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from mlentory_crawl.catalog.queries.shown_names import CLASS_OF, shown_names
from mlentory_crawl.catalog.reader import CatalogReader
from mlentory_crawl.commands.option_types import NAMES, class_name, number
from mlentory_crawl.exceptions import CatalogError, WrongUsage
from mlentory_crawl.printable import one_line
from mlentory_crawl.stores.search.fields import FACETS, STATABLE
from mlentory_crawl.stores.search.query import SearchQuery, Unknown
from mlentory_crawl.suggestions import did_you_mean, suggested

FILTERS = {
    "task": "the task, such as text-generation",
    "license": "the license, such as MIT or Apache-2.0",
    "library": "the library that runs it, such as transformers",
    "language": "the language as a code, such as en or de",
    "author": "who shares it, such as google-bert",
    "dataset": "a dataset that it was trained on, such as rajpurkar/squad",
    "evaluation_dataset": "a dataset that it was evaluated on, such as cais/mmlu",
    "base_model": "a model that it derives from, such as google/gemma-2b",
    "keyword": "a tag, such as medical",
}
"""The fields that have an option of their own."""
FIELDS = tuple(name for name in FACETS if name != "type")
"""The fields of which values can be chosen; the type has an option of its own."""
NUMBERS = {"parameters": "parameter count", "downloads": "number of downloads", "likes": "number of likes"}
DATES = {"modified": "date of modification", "created": "date of creation", "published": "date of publication"}
ALSO_CALLED = {"evaluation": "evaluations"}


def add_choice_options(parser: argparse.ArgumentParser, title: str, *, platform_help: str, **platform: Any) -> None:
    """Declare the options.

    Args:
        parser: the parser of the command.
        title: the heading above them in the help.
        platform_help: the meaning of ``--platform``, which differs between the commands.
        platform: further arguments of its declaration.
    """
    group = parser.add_argument_group(title)
    group.add_argument(
        "--type", metavar="CLASS", action="append", type=class_name, help=f"its class: {', '.join(NAMES)}"
    )
    for name, help_text in FILTERS.items():
        group.add_argument(_option(name), dest=name, metavar="VALUE", action="append", help=help_text)
    group.add_argument("--platform", metavar="NAME", help=platform_help, **platform)
    group.add_argument(
        "--where", metavar="FIELD=VALUE", action="append", type=_condition, default=[],
        help=f"a value of another field, too: {', '.join(map(_typed, FIELDS))}",
    )  # fmt: skip
    group.add_argument(
        "--has", metavar="FIELD", action="append", type=_statable, default=[],
        help=f"only what states this field: {', '.join(map(_typed, STATABLE))}",
    )  # fmt: skip
    group.add_argument(
        "--without",
        metavar="FIELD",
        action="append",
        type=_statable,
        default=[],
        help="only what does not state this field",
    )
    for name, label in NUMBERS.items():
        least, greatest = _bound_options(name)
        group.add_argument(least, metavar="N", type=number, help=f"least {label}: 1500, 20K, 350M or 7B")
        group.add_argument(greatest, metavar="N", type=number, help=f"greatest {label}")
    for name in DATES:
        first, last = _bound_options(name)
        group.add_argument(first, metavar="DATE", help=f"{name} then or later: 2026, 2026-11 or 2026-11-20")
        group.add_argument(last, metavar="DATE", help=f"{name} then or earlier")


@dataclass(frozen=True, slots=True)
class Choice:
    """The entities that the options choose.

    Attributes:
        query: the options as a search without a text.
        meant: field -> value -> the other names by which entities show what the value means; the search has them, too.
    """

    query: SearchQuery
    meant: dict[str, dict[str, list[str]]]

    def meanings(self) -> list[str]:
        """Return a sentence for each value that has other names."""
        return [
            f"{_option(name)} {one_line(value)} also finds {', '.join(map(one_line, others))}"
            for name, values in self.meant.items()
            for value, others in values.items()
        ]

    def unknown(self, unknown: Iterable[Unknown]) -> list[Unknown]:
        """Return those values that were asked for, and that nothing has under any of their names.

        Args:
            unknown: the values of the search that nothing has.
        """
        missing = {(each.field, each.value): each for each in unknown}
        added = {(name, other) for name, values in self.meant.items() for others in values.values() for other in others}
        return [
            each
            for (name, value), each in missing.items()
            if (name, value) not in added
            and all((name, other) in missing for other in self.meant.get(name, {}).get(value, ()))
        ]

    def reasons(self, unknown: Iterable[Unknown], unstated: Mapping[str, int]) -> list[str]:
        """Return a sentence for each reason why less was found than expected, without a period.

        Args:
            unknown: the values that nothing has.
            unstated: field with bounds -> how many more would match, but do not state it.
        """
        return [*map(self._unknown_told, unknown), *(self._unstated_told(*each) for each in unstated.items())]

    def _unknown_told(self, unknown: Unknown) -> str:
        nouns = {class_: noun for noun, class_ in NAMES.items()}
        types = [nouns.get(each, each) for each in self.query.filters.get("type", ())]
        who = f"no {' or '.join(types)}" if types else "nothing"
        hint = suggested([f"{one_line(value)} ({count:,})" for value, count in unknown.near.items()])
        told = f"{who} has the {_typed(unknown.field).replace('-', ' ')} {one_line(unknown.value)!r}"
        return f"{told}; {hint}" if hint else told

    def _unstated_told(self, name: str, count: int) -> str:
        least, greatest = _bound_options(name)
        given = [least] * (name in self.query.minimum) + [greatest] * (name in self.query.maximum)
        match, them = ("matches but states", "it") if count == 1 else ("match but state", "them")
        options = f"--without {name} instead of {' and '.join(given)}"
        return f"{count:,} more {match} no {_label(name)}; {options} shows {them}"


def chosen(opts: argparse.Namespace, data_dir: Path) -> Choice:
    """Return the choice that the options make.

    Args:
        opts: the options; those that name datasets or models accept the names that `mlentory show` does.
        data_dir: the data directory, whose catalog knows the names of these.

    Raises:
        WrongUsage: two options exclude each other.
    """
    given = vars(opts)
    filters = {name: list(given[name]) for name in ("type", *FILTERS) if given[name]}
    for name, value in opts.where:
        filters.setdefault(name, []).append(value)
    query = SearchQuery(
        filters=filters,
        minimum=_bounds(given, 0),
        maximum=_bounds(given, 1),
        has=tuple(dict.fromkeys(opts.has)),
        without=tuple(dict.fromkeys(opts.without)),
    )
    for name in query.without:
        if name in query.has:
            raise WrongUsage(f"--has {_typed(name)} and --without {_typed(name)} exclude each other")
        if name in query.minimum or name in query.maximum:
            raise WrongUsage(f"--without {_typed(name)} excludes what is chosen by its {_label(name)}")
        if name in filters:
            raise WrongUsage(f"--without {_typed(name)} excludes what is chosen by its value")
    return _resolved(query, data_dir)


def _resolved(query: SearchQuery, data_dir: Path) -> Choice:
    meant: dict[str, dict[str, list[str]]] = {}
    filters = dict(query.filters)
    if asked := CLASS_OF.keys() & filters.keys():
        # An index can be searched without a catalog.
        with suppress(CatalogError), closing(CatalogReader(data_dir)) as reader:
            for name in sorted(asked):
                given = {value.casefold() for value in filters[name]}
                found = {value: shown_names(reader, name, value) for value in filters[name]}
                others = {
                    value: [each for each in names if each.casefold() not in given] for value, names in found.items()
                }
                meant[name] = {value: names for value, names in others.items() if names}
                filters[name] = list(dict.fromkeys([*filters[name], *chain(*others.values())]))
    return Choice(replace(query, filters=filters), meant)


def _option(name: str) -> str:
    return f"--{_typed(name)}"


def _typed(name: str) -> str:
    """Return a field as people type it."""
    called = {field: other for other, field in ALSO_CALLED.items()}
    return called.get(name, name).replace("_", "-")


def _label(name: str) -> str:
    return (NUMBERS | DATES)[name]


def _bound_options(name: str) -> tuple[str, str]:
    return (f"--min-{name}", f"--max-{name}") if name in NUMBERS else (f"--{name}-after", f"--{name}-before")


def _bounds(given: Mapping[str, Any], place: int) -> dict[str, float | str]:
    options = {name: _bound_options(name)[place][2:].replace("-", "_") for name in (*NUMBERS, *DATES)}
    return {name: given[option] for name, option in options.items() if given[option] is not None}


def _condition(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not value:
        raise argparse.ArgumentTypeError(f"expected FIELD=VALUE, got {text!r}")
    return _known(name, FIELDS), value


def _statable(text: str) -> str:
    return _known(text, STATABLE)


def _known(text: str, fields: Iterable[str]) -> str:
    name = ALSO_CALLED.get(text, text).replace("-", "_")
    if name not in fields:
        names = list(map(_typed, fields))
        hint = did_you_mean(text, names, f"there are {', '.join(names)}")
        raise argparse.ArgumentTypeError(f"there is no field {text}; {hint}")
    return name
