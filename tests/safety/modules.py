"""The files of `market.store` as trees: functions, constants, imports, calls, and what names stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

STORE = Path(__file__).parents[2] / "market" / "store"
Function = ast.FunctionDef | ast.AsyncFunctionDef
Where = tuple["Module", Function]


class Module:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.functions = {each.name: each for each in ast.walk(self.tree) if isinstance(each, Function)}
        self.constants = {name: value for each in self.tree.body for name, value in _assigned(each)}
        self.imported = {
            alias.asname or alias.name: (each.module.rpartition(".")[2], alias.name)
            for each in self.tree.body
            if isinstance(each, ast.ImportFrom) and (each.module or "").startswith("market.store.")
            for alias in each.names
        }

    def function(self, name: str) -> tuple[Module | None, Function | None]:
        """A function by the name that it has here, and the file it is in."""
        module, there = self.imported.get(name, ("", name))
        home = modules()[module] if module else self
        return home, home.functions.get(there)

    def arguments(self, function: Function, parameter: str) -> Iterator[tuple[ast.expr, Where]]:
        """What callers hand over for a parameter, and where they do."""
        for call, where in calls(function.name):
            named = {each.arg: each.value for each in call.keywords}
            at = parameters(function).index(parameter)
            if parameter in named:
                yield named[parameter], where
            elif at < len(call.args):
                yield call.args[at], where


@cache
def modules() -> dict[str, Module]:
    """All files by name."""
    return {path.stem: Module(path) for path in sorted(STORE.glob("*.py"))}


@cache
def calls(name: str) -> list[tuple[ast.Call, Where]]:
    """Where a function of the store, or a maker of its records, is called there."""
    return [
        (call, (module, function))
        for module in modules().values()
        for function in module.functions.values()
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name
    ]


def fields(name: str) -> Iterator[tuple[ast.expr, Where]]:
    """What is put into a field of the store's own records by whoever makes one."""
    for module in modules().values():
        for kind in (each for each in ast.walk(module.tree) if isinstance(each, ast.ClassDef)):
            names = [
                each.target.id
                for each in kind.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
            if name in names:
                for call, where in calls(kind.name):
                    if names.index(name) < len(call.args):
                        yield call.args[names.index(name)], where


def parameters(function: Function) -> list[str]:
    """Names in the order of a call."""
    return [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]


def bound(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Every name that is given a value somewhere below, with that value."""
    for each in ast.walk(tree):
        yield from _assigned(each)


def _assigned(each: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match each:
        case ast.Assign(targets=[target], value=value):
            yield from _taken_apart(target, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.For(target=target, iter=iterated):
            yield from _looped(target, iterated)
        case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=name)), args=[value]):
            yield name, value


def _taken_apart(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target:
        case ast.Name(id=name):
            yield name, value
        case ast.Tuple(elts=names):
            for at, one in enumerate(names):
                if isinstance(one, ast.Name):
                    yield one.id, ast.Subscript(value, ast.Constant(at))


def _looped(target: ast.expr, iterated: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """`YieldFrom` stands for: one of them; of a dictionary, one of its keys."""
    match target, iterated:
        case (
            ast.Tuple(elts=[ast.Name(id=key), ast.Name(id=value)]),
            ast.Call(func=ast.Attribute(attr="items", value=dictionary)),
        ):
            yield key, ast.YieldFrom(dictionary)
            yield value, dictionary
        case ast.Tuple(), ast.Tuple(elts=rows):
            for row in rows:
                yield from _taken_apart(target, row)
        case _:
            yield from _taken_apart(target, ast.YieldFrom(iterated))
