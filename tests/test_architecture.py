"""The house: which room may use which, and what may stand where; read from the source, not from what it says of itself.

An import counts wherever it stands: in functions, for annotations only, and where a module is named in a text.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

from fair4ml.describe.digest import LIBRARIES, MAPPING, covered

ROOT = Path(__file__).parents[1]
PACKAGES = ("fair4ml", "mlentory_crawl")

FAIR4ML = "fair4ml fair4ml.normalize fair4ml.read fair4ml.write fair4ml.describe fair4ml.platforms"
BASE = f"{FAIR4ML} mlentory_crawl"
STATE = f"{BASE} mlentory_crawl.archive mlentory_crawl.catalog mlentory_crawl.stores"
SHOWN = "mlentory_crawl.notebooks.shown"
WORK = f"{STATE} mlentory_crawl.crawl mlentory_crawl.projections mlentory_crawl.erasure"
USES = {
    "fair4ml": "",
    "fair4ml.normalize": "fair4ml",
    "fair4ml.read": "fair4ml fair4ml.normalize",
    "fair4ml.write": "fair4ml fair4ml.normalize",
    "fair4ml.describe": "fair4ml fair4ml.normalize fair4ml.read",
    "fair4ml.platforms": FAIR4ML,
    "mlentory_crawl": f"{FAIR4ML} mlentory_crawl.face",  # where `mlentory_crawl.open` leads to
    "mlentory_crawl.archive": f"{BASE} mlentory_crawl.catalog",
    "mlentory_crawl.stores": f"{BASE} {SHOWN}",
    "mlentory_crawl.catalog": BASE,
    "mlentory_crawl.catalog.queries": f"{BASE} mlentory_crawl.catalog {SHOWN}",
    "mlentory_crawl.projections": STATE,
    "mlentory_crawl.erasure": f"{STATE} mlentory_crawl.projections",
    "mlentory_crawl.crawl": f"{STATE} mlentory_crawl.erasure",
    "mlentory_crawl.exporters": f"{STATE} mlentory_crawl.catalog.queries",
    "mlentory_crawl.shapes": STATE,
    "mlentory_crawl.middlewares": WORK,
    "mlentory_crawl.pipelines": WORK,
    "mlentory_crawl.rendering": f"{WORK} mlentory_crawl.middlewares",
    "mlentory_crawl.base_spiders": f"{WORK} mlentory_crawl.rendering",
    "mlentory_crawl.spiders": f"{WORK} mlentory_crawl.base_spiders mlentory_crawl.rendering",
    "mlentory_crawl.extensions": f"{WORK} mlentory_crawl.exporters mlentory_crawl.middlewares",
    "mlentory_crawl.health": f"{WORK} mlentory_crawl.catalog.queries mlentory_crawl.face mlentory_crawl.middlewares"
    " mlentory_crawl.rendering mlentory_crawl.spiders",
    "mlentory_crawl.documents": f"{STATE} mlentory_crawl.catalog.queries",
    "mlentory_crawl.pictures": f"{BASE} mlentory_crawl.catalog.queries",
    SHOWN: "",  # a hook: what draws answers stands above them
    "mlentory_crawl.notebooks": f"{STATE} mlentory_crawl.catalog.queries mlentory_crawl.pictures {SHOWN}",
    "mlentory_crawl.sample_hub": "",
    "mlentory_crawl.service": f"{STATE} mlentory_crawl.catalog.queries mlentory_crawl.exporters mlentory_crawl.face"
    " mlentory_crawl.pictures mlentory_crawl.projections",
    "mlentory_crawl.commands": f"{WORK} mlentory_crawl.catalog.queries mlentory_crawl.face mlentory_crawl.base_spiders"
    " mlentory_crawl.spiders mlentory_crawl.rendering mlentory_crawl.exporters mlentory_crawl.shapes"
    " mlentory_crawl.health mlentory_crawl.pictures mlentory_crawl.sample_hub mlentory_crawl.service",
    "mlentory_crawl.scrapy_commands": "mlentory_crawl mlentory_crawl.commands",
    "mlentory_crawl.orchestration": "fair4ml.platforms mlentory_crawl mlentory_crawl.projections",
    # Modules of the root that stand above what they serve.
    "mlentory_crawl.face": f"{STATE} mlentory_crawl.catalog.queries mlentory_crawl.notebooks"
    " mlentory_crawl.projections",
    "mlentory_crawl.settings": f"{BASE} mlentory_crawl.rendering mlentory_crawl.spiders",
    "mlentory_crawl.__main__": "mlentory_crawl.commands",
    "mlentory_crawl.service.__main__": "mlentory_crawl.commands",
}
"""The rooms, and those that each may use besides itself."""

PLATFORMS = tuple(sorted(path.parent.name for path in (ROOT / "fair4ml" / "platforms").glob("*/__init__.py")))
COMMON_WORDS = {"article", "documents", "medium"}
"""Keys of platforms that are ordinary words, too."""
NAMED = re.compile(
    "|".join((*sorted({*PLATFORMS} - COMMON_WORDS), "bioimage", "hugging_face", r"hf\.co", "papers_with_code")),
    re.IGNORECASE,
)
MAY_NAME_PLATFORMS = (
    *(f"fair4ml.platforms.{name}" for name in PLATFORMS),
    *(f"mlentory_crawl.spiders.{name}" for name in PLATFORMS),
    "fair4ml.identifiers",  # addresses that many platforms name
    "mlentory_crawl.sample_hub",  # plays the Hub
    "mlentory_crawl.commands.sample_hub",
    "mlentory_crawl.commands.demo",
)


@cache
def modules() -> dict[str, Path]:
    """Every module of the packages, by name."""
    found = {}
    for path in chain.from_iterable((ROOT / package).rglob("*.py") for package in PACKAGES):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def known(name: str) -> str | None:
    """The module that a dotted name leads to, or leads into."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name or None


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text("utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the packages that one names, however it comes by them."""
    named: set[str | None] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            named |= {known(f"{node.module}.{alias.name}") for alias in node.names}
        elif isinstance(node, ast.Import):
            named |= {known(alias.name) for alias in node.names}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            named |= {
                known(text.value)
                for text in ast.walk(node)
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            }
    return frozenset(name for name in named if name and name != module)


def room(module: str) -> str:
    while module not in USES:
        module = module.rpartition(".")[0]
    return module


def upward() -> Iterator[str]:
    """Imports of a room by one that may not use it, and those of a platform by another."""
    for module in modules():
        here = room(module)
        for other in imports(module):
            there = room(other)
            if there != here and there not in USES[here].split():
                yield f"{module} -> {other}"
            elif there == here in ("fair4ml.platforms", "mlentory_crawl.spiders"):
                mine, theirs = (name.removeprefix(f"{here}.").partition(".")[0] for name in (module, other))
                if mine != theirs and mine in PLATFORMS and theirs in PLATFORMS:
                    yield f"{module} -> {other}"


def circles() -> Iterator[str]:
    """Modules that come back to themselves (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(module: str) -> Iterator[str]:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(imports(module)):
            # A package stands for what it exports; that a module lies in it is no use of it.
            if module.startswith(f"{other}."):
                continue
            if other not in index:
                yield from visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            circle = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(circle) > 1:
                yield from (f"{each} is in a circle" for each in circle)

    for module in sorted(modules()):
        if module not in index:
            yield from visit(module)


FORBIDDEN = {
    "fair4ml": "scrapy twisted itemadapter sqlite3 neo4j elasticsearch pymongo bson tantivy pyoxigraph pyarrow"
    " socket subprocess asyncio urllib.request http.client pathlib os shutil tempfile",
    "mlentory_crawl.stores": "scrapy twisted itemadapter",
    "mlentory_crawl.catalog": "scrapy twisted itemadapter",
    "mlentory_crawl.erasure": "scrapy twisted itemadapter",
    "mlentory_crawl.orchestration": "scrapy twisted itemadapter",
}


def foreign() -> Iterator[str]:
    """Imports of libraries that a room has no use for, and files that the domain opens."""
    for module in modules():
        for package, words in FORBIDDEN.items():
            if module != package and not module.startswith(f"{package}."):
                continue
            for node in ast.walk(tree(module)):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                )  # fmt: skip
                for name, word in ((name, word) for name in names for word in words.split()):
                    if name == word or name.startswith(f"{word}."):
                        yield f"{module} -> {name}"
                if package == "fair4ml" and isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open":
                    yield f"{module} opens a file"


DRIVERS = {
    "neo4j": ("mlentory_crawl.stores.neo4j",),
    "elasticsearch": ("mlentory_crawl.stores.search.elasticsearch",),
    "pymongo": ("mlentory_crawl.stores.mongodb",),
    "bson": ("mlentory_crawl.stores.mongodb",),
    "pyoxigraph": ("mlentory_crawl.stores.sparql", "mlentory_crawl.service.sparql"),  # one writes, the other reads
    # Both engines compare words as it does.
    "tantivy": ("mlentory_crawl.stores.search.tantivy", "mlentory_crawl.stores.search.analysis"),
}


def drivers() -> Iterator[str]:
    """Clients of stores outside the folder of their store."""
    for module in modules():
        for node in ast.walk(tree(module)):
            name = (
                node.names[0].name
                if isinstance(node, ast.Import)
                else (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            )  # fmt: skip
            driver = name.partition(".")[0]
            if driver in DRIVERS and not _within(module, DRIVERS[driver]):
                yield f"{module} -> {driver}"


def texts(module: str, but: Collection[str] = ()) -> Iterator[str]:
    """What a module says to the machine: its names and texts, without comments and docstrings."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for body in (getattr(node, "body", []) for node in ast.walk(tree(module))):
        # A text behind an assignment documents it.
        documented |= (
            {id(each.value) for each in body if isinstance(each, ast.Expr)} if isinstance(body, list) else set()
        )
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value
        elif isinstance(node, ast.Name) and node.id not in but:
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias) and node.name not in but:
            yield f"{node.name} {node.asname or ''}"


SQL = re.compile(
    r"\b(SELECT\b.*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.DOTALL
)
MAY_SAY_SQL = (
    "mlentory_crawl.catalog",
    # Temporary databases of their own.
    "mlentory_crawl.projections.run_files",
    # What the service keeps of its own: keys, sessions, the audit.
    "mlentory_crawl.service.gateway.key_store",
    "mlentory_crawl.service.gateway.audit_chain",
    "mlentory_crawl.service.gateway.audit_log",
    "mlentory_crawl.service.gateway.audit_reading",
    "mlentory_crawl.service.gateway.session_store",
    "mlentory_crawl.shapes.pairs_on_disk",
)


def statements() -> Iterator[str]:
    """SQL on the catalog outside of it."""
    for module in modules():
        if not _within(module, MAY_SAY_SQL) and any(SQL.search(text) for text in texts(module)):
            yield f"SQL in {module}"


def shared_names(module: str) -> set[str]:
    """What a module imports of `fair4ml.identifiers`: addresses that many platforms name."""
    found = (node for node in ast.walk(tree(module)) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in found if node.module == "fair4ml.identifiers" for alias in node.names}


def platform_names() -> Iterator[str]:
    """Modules that name a platform and are none of its own."""
    for module in modules():
        if not _within(module, MAY_NAME_PLATFORMS):
            said = texts(module, but=shared_names(module))
            named = {match[0].lower() for text in said for match in NAMED.finditer(_without_own(text))}
            if named:
                yield f"{module} names {', '.join(sorted(named))}"


def _without_own(text: str) -> str:
    return text.replace("https://github.com/mlentory/mlentory_crawl", "")


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


MAY_STAND_TWICE = {"__init__", "__main__", "store", "query", "index", "spider", "api", "arguments"}
LIKE_THEIR_STEP = ("commands", "scrapy_commands", "pipelines", "middlewares", "api", "pages")


def file_names() -> Iterator[str]:
    """Names of files that stand twice; steps, commands and pages may be called as what they are about."""
    paths = [path for name, path in modules().items() if name.startswith("mlentory_crawl.")]
    counted = Counter(path.stem for path in paths if path.parent.name not in LIKE_THEIR_STEP)
    counted -= Counter({name: counted[name] for name in (*MAY_STAND_TWICE, *PLATFORMS)})
    for name, count in counted.items():
        if count > 1:
            yield f"{name}.py stands {count} times"


RULES = (upward, circles, foreign, drivers, statements, platform_names, file_names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Callable[[], Iterator[str]]) -> None:
    assert set(rule()) == set()


@pytest.mark.parametrize(
    ("name", "is_told"), [("spider", False), ("api", False), ("arguments", False), ("lists", True)]
)
def test_what_a_platform_s_folder_may_hold(name: str, is_told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = {f"mlentory_crawl.spiders.{each}.{name}": Path(f"spiders/{each}/{name}.py") for each in PLATFORMS[:2]}
    monkeypatch.setattr(sys.modules[__name__], "modules", lambda: made_up)
    assert bool(list(file_names())) is is_told


def mapping(platform: str) -> set[str]:
    """The modules that the mappings of a platform use, however far away, but for the registry that finds them."""
    found: set[str] = set()
    pending = [name for name in modules() if _within(name, [f"fair4ml.platforms.{platform}"]) and "mapping" in name]
    while pending:
        module = pending.pop()
        if module not in found and module != "fair4ml.platforms":
            found.add(module)
            pending += imports(module)
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_digest_of_records_covers_all_that_maps_them(platform: str) -> None:
    known = {str(each) for each in covered(platform)}
    assert {str(modules()[name]) for name in mapping(platform)} <= known
    assert {file.stem for file in (ROOT / "fair4ml" / "data").iterdir()} <= {Path(each).stem for each in known}


def test_the_digest_covers_nothing_that_no_mapping_uses() -> None:
    used = {modules()[name].relative_to(ROOT / "fair4ml").parts[0] for each in PLATFORMS for name in mapping(each)}
    assert set(MAPPING) == used - {"platforms"} | {"data"}
    named = {name for each in PLATFORMS for module in mapping(each) for name in libraries(module)}
    beside = {"language-data", "pydantic-core"}  # what those hold that are named
    assert set(LIBRARIES) == {packages_distributions()[name][0] for name in named} | beside


def libraries(module: str) -> set[str]:
    """The packages of others that a module imports."""
    nodes = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in named} - {*sys.stdlib_module_names, *PACKAGES}


def test_only_platforms_lie_among_the_platforms() -> None:
    def names(folder: str) -> set[str]:
        return {path.stem for path in (ROOT / folder).iterdir() if not path.stem.startswith("__")}

    assert names("fair4ml/platforms") - {"base"} == set(PLATFORMS)  # the names that all of them share
    assert names("mlentory_crawl/spiders") == {*PLATFORMS, "dispatcher"}


def test_few_files_lie_at_the_root() -> None:
    assert len(list((ROOT / "mlentory_crawl").glob("[!_]*.py"))) <= 12


@pytest.mark.parametrize("package", sorted(name for name, path in modules().items() if path.name == "__init__.py"))
def test_each_folder_says_what_lives_there(package: str) -> None:
    told = (ast.get_docstring(tree(package)) or "").split("\n\n")[0]
    assert told.endswith(".")
    assert len(told) < 160
