"""Mutants of a module: its source with one small mistake in it, of the kind that people make."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import accumulate, chain
from random import Random
from typing import Any

MOST_A_LINE = 2
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
OTHER_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
LEFT_OUT = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "casefold"})
SYMMETRIC = frozenset({"min", "max"})
LOGGERS = frozenset({"debug", "info", "warning", "error"})
PATTERNS = {r"(?<!\\)\+": "*", r"(?<!\\)\*": "+", r"(?<![\\(])\?": "", r"\\d": r"\w", r"\\s": r"\S", r"\|[^|()]*": ""}
"""The replacements in regular expressions, one place at a time."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a source.

    Attributes:
        operator: the kind of change.
        line: the number of the line, from 1.
        before, after: the code before and after the change, formatted in the same way.
        source: the whole source with the change.
    """

    operator: str
    line: int
    before: str
    after: str
    source: str


def mutants(source: str, seed: str, count: int) -> list[Mutant]:
    """Mutants of a source, the same ones for the same seed; few of one kind, and few in one line.

    Args:
        source: the source of the module.
        seed: the seed of the selection.
        count: the maximum number.
    """
    possible = list(_possible(source))
    Random(seed).shuffle(possible)  # noqa: S311  (nothing is kept secret)
    by_operator, by_line, chosen = Counter[str](), Counter[int](), list[Mutant]()
    for mutant in possible:
        if by_operator[mutant.operator] < max(3, count // 5) and by_line[mutant.line] < MOST_A_LINE:
            by_operator[mutant.operator] += 1
            by_line[mutant.line] += 1
            chosen.append(mutant)
    return sorted(chosen[:count], key=lambda mutant: mutant.line)


def _possible(source: str) -> Iterator[Mutant]:
    data, tree = source.encode(), ast.parse(source)
    starts = [0, *accumulate(len(line) for line in data.splitlines(keepends=True))]
    for node in _changeable(tree):
        for target, operator, changed in chain(_of_parts(node), _of_expression(node)):
            start = starts[target.lineno - 1] + target.col_offset
            end = starts[target.end_lineno - 1] + target.end_col_offset
            after = changed if isinstance(changed, str) else ast.unparse(changed)
            mutated = (data[:start] + _grouped(after, target).encode() + data[end:]).decode()
            try:
                is_other = ast.dump(ast.parse(mutated)) != ast.dump(tree)
            except SyntaxError:
                continue
            if is_other:
                yield Mutant(operator, target.lineno, ast.unparse(target), after, mutated)


def _grouped(text: str, node: Any) -> str:
    return f"({text})" if isinstance(node, ast.expr) else text


def _changeable(node: Any) -> Iterator[Any]:
    """The nodes of a tree except annotations, docstrings, messages and code that only type checkers need."""
    match node:
        case ast.JoinedStr() | ast.Raise() | ast.Import() | ast.ImportFrom() | ast.pattern():
            return
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case ast.Expr(value=ast.Call() as call) if _called(call) in LOGGERS:
            return
        case ast.expr() | ast.stmt():
            yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _changeable(child)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _with(node: Any, **fields: Any) -> Any:
    changed = deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _of_parts(node: Any) -> Iterator[tuple[Any, str, Any]]:
    """The possible changes to a node or within it: the replaced node, the kind of change, and the replacement."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield test, "condition", ast.UnaryOp(ast.Not(), test)
            yield test, "condition", "False"
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.AugAssign():
            yield node, "statement left out", "pass"
        case ast.Return(value=value) if value is not None:
            yield value, "result", "None"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=[ast.Constant(value=str(pattern)) as text, *_]):
            for changed in _patterns(pattern):
                yield text, "pattern", ast.Constant(changed)


def _of_expression(node: Any) -> Iterator[tuple[Any, str, Any]]:
    for operator, changed in _expressions(node):
        yield node, operator, changed


def _expressions(node: Any) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Compare(ops=[op, *others]):
            yield "comparison", _with(node, ops=[COMPARISONS[type(op)](), *others])
        case ast.BoolOp(op=op, values=values):
            yield "and/or", _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for rest in _without_each(values):
                yield "operand left out", rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not left out", operand
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield "arithmetic", _with(node, op=ARITHMETIC[type(op)]())
        case ast.Constant(value=bool(value)):
            yield "constant", repr(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "constant", repr(value + 1)
        case ast.Constant(value=str(value)):
            yield "text", repr("" if value else "XX")
        case (
            ast.ListComp(generators=generators)
            | ast.SetComp(generators=generators)
            | ast.DictComp(generators=generators)
            | ast.GeneratorExp(generators=generators)
        ):
            for n, each in enumerate(generators):
                if each.ifs:
                    rest = [*generators[:n], _with(each, ifs=each.ifs[1:]), *generators[n + 1 :]]
                    yield "filter left out", _with(node, generators=rest)
        case ast.Call():
            yield from _calls(node)


def _calls(node: ast.Call) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Call(func=ast.Name(id=name), keywords=keywords) if name in OTHER_NAMES:
            yield "other function", _with(node, func=ast.Name(OTHER_NAMES[name]), keywords=keywords[: name != "sorted"])
        case ast.Call(func=ast.Attribute(attr=name, value=value)) if name in LEFT_OUT:
            yield "call left out", value
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
            return  # a flag is not a pattern
    if len(node.args) == 2 and _called(node) not in SYMMETRIC:
        yield "arguments swapped", _with(node, args=node.args[::-1])
    if _called(node) == "zip":
        return  # "strict" only reports mistakes
    for rest in _without_each(node.keywords):
        yield "keyword left out", _with(node, keywords=rest)


def _patterns(pattern: str) -> Iterator[str]:
    for found, instead in PATTERNS.items():
        for place in re.finditer(found, pattern):
            yield pattern[: place.start()] + instead + pattern[place.end() :]


def _without_each(values: list[Any]) -> Iterator[list[Any]]:
    for n in range(len(values)):
        yield values[:n] + values[n + 1 :]
