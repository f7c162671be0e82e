"""Options of the sample hub, and the server that they describe."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlentory_crawl.sample_hub import story
from mlentory_crawl.sample_hub.conditions import Conditions
from mlentory_crawl.sample_hub.given import GivenModels, lines
from mlentory_crawl.sample_hub.hub import Hub, Source
from mlentory_crawl.sample_hub.models import MadeUpModels
from mlentory_crawl.sample_hub.web_server import Server

MODELS = 1000
"""The default number of made-up models."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--port", default="0", help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument(
        "--models", type=int, metavar="N", help=f"N made-up models (default: {MODELS}, or none with --records)"
    )
    parser.add_argument(
        "--records",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="captured records, .jsonl or .jsonl.gz, one a line",
    )
    parser.add_argument("--clones", type=int, metavar="N", help="grow or cut the captured records to N")
    parser.add_argument(
        "--demo", action="store_true", help="made-up models without irregularities, and the family of mlentory demo"
    )
    parser.add_argument("--odd", action="store_true", help="spoil one record in 50, so that nobody can use it")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up models and of the faults (default: 1)")
    parser.add_argument("--quota", type=int, default=0, help="API requests per window; six times as many for files")
    parser.add_argument("--window", type=int, default=300, metavar="SECONDS", help="of the quota (default: 300)")
    parser.add_argument(
        "--fail", type=float, default=0, metavar="SHARE", help="share of answers that are broken, 0 to 1"
    )
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="milliseconds before each answer")
    parser.add_argument("--refuse", nargs="+", default=[], metavar="FIELD", help="refuse fields")
    parser.add_argument("--gzip", action="store_true", help="compress for clients that accept it")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len("65535") and int(text) < 1 << 16):
        raise ValueError(f"--port {text!r}: a number from 0 to 65535 is expected")
    return int(text)


def described(options: argparse.Namespace) -> tuple[Server, int, int]:
    """The server that the options describe, the number of its models, and the port that it is to listen on.

    Args:
        options: as `add_arguments` declares them.

    Raises:
        OSError: a file of records cannot be read.
        ValueError: the options are invalid.
    """
    port = _port(options.port)
    conditions = Conditions(
        quota=options.quota,
        window=options.window,
        fail=options.fail,
        latency=options.latency,
        refuse=options.refuse,
        gzip=options.gzip,
        seed=options.seed,
    )
    hub = Hub(_sources(options), odd=options.odd)
    return Server(hub, conditions), len(hub), port


def say(text: str) -> None:
    """Write a line for the person who started the hub."""
    sys.stderr.write(f"sample hub: {text}\n")


def _sources(options: argparse.Namespace) -> list[Source]:
    sources: list[Source] = []
    if options.clones is not None and not (options.records and options.clones > 0):
        raise ValueError("--clones takes a positive number, and needs --records")
    if options.models or not options.records:
        count = MODELS if options.models is None else options.models
        sources.append(MadeUpModels(count, options.seed, plausible=options.demo))
    if options.demo:
        sources.append(GivenModels(story.records()))
    if options.records:
        captured = GivenModels(lines(options.records), options.clones)
        if captured.dropped:
            say(f"{captured.dropped} records dropped: no id, or the id of an earlier one")
        if captured.completed:
            made_up = ", ".join(f"{name} in {count}" for name, count in sorted(captured.completed.items()))
            say(f"captured records had fields missing, which are made up: {made_up}")
        sources.append(captured)
    return sources
