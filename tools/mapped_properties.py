"""The properties that the mapping of each platform sets, with the source fields that it declares for them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from fair4ml.entities import CLASSES, properties
from fair4ml.platforms import declared_sources, dependencies, kinds, platforms, source_model

_NEVER_ROOTS = frozenset({"PropertyValue", "Derivation", "Agent", "DataDownload"})
"""Classes that no record is about."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a property's values on one platform.

    Attributes:
        platform: the platform.
        kinds: the kinds of its records that share the declaration; empty where all of them do.
        fields: the source fields, as declared.
        further: further fields that are used where those have no value.
        method: how they give the value.
    """

    platform: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    further: tuple[str, ...]
    method: str


@cache
def origins() -> dict[tuple[str, str], list[Origin]]:
    """The sources of each property of each class, by class and property."""
    found: dict[tuple[str, str], list[Origin]] = {}
    for platform in platforms():
        declaring: dict[str, list[str]] = {}
        for kind in kinds(platform):
            module = source_model(platform, kind).__module__.rpartition(".")[2].removesuffix("source") + "mapping"
            declaring.setdefault(module, []).append(kind)
        for module, of_kinds in declaring.items():
            declared = declared_sources(platform, of_kinds[0])
            needed = dependencies(platform, of_kinds[0])
            for cls, name in _with_silent(_set_by(platform, module, declaring), declared):
                fields, method = declared[name]
                own = tuple(fields.split(", ")) if "README" not in fields else (fields,)
                further = needed[name] - {field.partition(".")[0] for field in fields.split(", ")}
                told = tuple(of_kinds) if len(declaring) > 1 else ()
                found.setdefault((cls, name), []).append(Origin(platform, told, own, tuple(sorted(further)), method))
    return found


def _with_silent(found: list[tuple[str, str]], declared: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what is set and declared, then what only helpers of the mapping set, as far as it is declared."""
    yield from ((cls, name) for cls, name in found if name in declared)
    seen = {name for _, name in found}
    for cls in dict.fromkeys(cls for cls, _ in found):
        yield from ((cls, name) for name in declared if name not in seen and name in properties(cls))


def _set_by(platform: str, module: str, declaring: Collection[str]) -> list[tuple[str, str]]:
    """Classes and properties that a mapping sets, in order.

    They are read from the code: the arguments with which classes are called, and the keys of dictionaries that are
    passed with two asterisks. Parts of a record are left out: they come from the field of the property that names them.

    Args:
        platform: the platform.
        module: the mapping of the kinds that share a declaration; ``mapping`` also speaks for modules without kinds.
        declaring: the mappings of all kinds.
    """
    folder = Path(str(import_module(f"fair4ml.platforms.{platform}").__file__)).parent
    trees = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(folder.glob("*.py"))}
    silent = {name for name, tree in trees.items() if "describe.register" in _decorators(tree)} - set(declaring)
    found: dict[tuple[str, str], None] = {}
    for name in (module, *(sorted(silent) if module == "mapping" else ())):
        for function in _functions(trees[name]):
            for cls, arguments in _calls(function, trees):
                names = {field: info.alias or field for field, info in CLASSES[cls].model_fields.items()}
                found.update(dict.fromkeys((cls, names[each]) for each in arguments if each in names and each != "iri"))
    return list(found)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _decorators(tree: ast.Module) -> set[str]:
    return {ast.unparse(each) for function in _functions(tree) for each in function.decorator_list}


def _calls(function: ast.FunctionDef, trees: Mapping[str, ast.Module]) -> Iterator[tuple[str, list[str]]]:
    """Class and arguments of each entity that a function makes, other than parts."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    parts = {id(call.args[0]) for call in calls if ast.unparse(call.func) == "draft.part" and call.args}
    # `kind = Organization if ... else Person`, and then `kind(iri=...)`.
    chosen = {
        ast.unparse(node.targets[0]): [name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)]
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
    }
    for call in calls:
        called = ast.unparse(call.func)
        if called == "describe_writing":
            # What all platforms of texts share: it sets whatever they declare.
            of = next((each for each in (*call.args[2:], *(k.value for k in call.keywords if k.arg == "cls"))), None)
            cls = "Article" if of is None else ast.unparse(of)
            yield cls, list(CLASSES[cls].model_fields)
        iri = next((ast.unparse(each.value) for each in call.keywords if each.arg == "iri"), "")
        # A record of something else may state facts about a model: that is a part whose source is declared.
        if iri.startswith("part_iri") or (id(call) in parts and called != "MLModel"):
            continue
        arguments = [name for each in call.keywords for name in ([each.arg] if each.arg else _keys(each.value, trees))]
        for cls in (called, *chosen.get(called, ())):
            if cls in CLASSES and cls not in _NEVER_ROOTS:
                yield cls, arguments


def _keys(passed: ast.expr, trees: Mapping[str, ast.Module]) -> list[str]:
    """The keys of a dictionary, or of those in the function that returns it."""
    nodes: list[ast.AST] = [passed]
    if isinstance(passed, ast.Call):
        name = ast.unparse(passed.func).rpartition(".")[2]
        nodes = [function for tree in trees.values() for function in _functions(tree) if function.name == name]
    keys = (key for node in nodes for each in ast.walk(node) if isinstance(each, ast.Dict) for key in each.keys)
    return [str(key.value) for key in keys if isinstance(key, ast.Constant)]
