"""Where the text of an SQL statement comes from, followed through the code of `market.store`.

A text is fixed when it is made of literals alone: constants, lists and dictionaries of them, joined and
repeated, and what functions return of them. Everything else is a source: a value that would reach the text
itself, and not as a parameter beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tests.safety.modules import Function, Module, bound, fields, modules, parameters

_PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.JoinedStr: ("values",), ast.FormattedValue: ("value",), ast.List: ("elts",), ast.Tuple: ("elts",),
    ast.Set: ("elts",), ast.IfExp: ("body", "orelse"), ast.BoolOp: ("values",),
    ast.Dict: ("keys", "values"), ast.Constant: (), ast.keyword: ("value",), ast.Compare: (),
}  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
_TEXT_METHODS = {"join", "items", "values", "keys", "get", "format"}
_COPIES = {"sorted", "list", "tuple", "reversed"}
_NUMBERS = {"len", "int", "_quoted"}


def statements(module: Module) -> Iterator[tuple[ast.expr, Scope]]:
    """The text of every statement that a file sends."""
    for function in module.functions.values():
        for call in ast.walk(function):
            match call:
                case ast.Call(func=ast.Attribute(attr="execute" | "executemany"), args=[text, *_]):
                    yield text, Scope(module, function)


class Scope:
    """Names as they stand inside a function, or in a file where there is none."""

    def __init__(self, module: Module, function: Function | None = None) -> None:
        self.module, self.function = module, function
        self.bound: dict[str, list[ast.expr]] = {}
        for name, value in bound(function) if function else ():
            self.bound.setdefault(name, []).append(value)

    def sources(self, text: ast.AST | None, seen: frozenset[str] = frozenset()) -> set[str]:
        """What the text is made of beside literals, as `file: expression`."""
        key = f"{self.module.name}/{self.function and self.function.name}/{text and ast.dump(text)}"
        if text is None or key in seen:
            return set()
        return self._made_of(text, seen | {key})

    def _made_of(self, text: ast.AST, seen: frozenset[str]) -> set[str]:
        match text:
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return self.sources(left, seen) | self.sources(right, seen)
            case ast.BinOp(left=repeated, op=ast.Mult()):
                return self.sources(repeated, seen)
            case ast.Subscript(value=value, slice=at):
                return self._element(value, at, seen)
            case ast.YieldFrom(value=many) | ast.Starred(value=many):
                return self._one_of(many, seen)
            case ast.Attribute(attr=name):
                return self._field(name, text, seen)
            case ast.Call():
                return self._call(text, seen)
            case ast.Name(id=name):
                return self._name(name, text, seen)
        if isinstance(text, _COMPREHENSIONS):
            made = [text.key, text.value] if isinstance(text, ast.DictComp) else [text.elt]
            return self._all(made, seen, self._within(text))
        if type(text) in _PARTS:
            return self._all(
                [part for each in _PARTS[type(text)] for part in _listed(getattr(text, each))], seen
            )
        return self._source(text)

    def _all(self, texts: list[Any], seen: frozenset[str], scope: Scope | None = None) -> set[str]:
        return set().union(*((scope or self).sources(each, seen) for each in texts))

    def _call(self, call: ast.Call, seen: frozenset[str]) -> set[str]:
        match call.func:
            case ast.Attribute(attr="fromkeys"):
                return self._all(list(call.args), seen)
            case ast.Attribute(attr=attr, value=value) if attr in _TEXT_METHODS:
                return self._all([value, *call.args, *call.keywords], seen)
            case ast.Name(id=name) if name in _NUMBERS:
                return set()
            case ast.Name(id=name) if name in _COPIES:
                return self._one_of(call.args[0], seen)
        found = self._returned(call)
        return (
            set().union(*(scope.sources(each, seen) for each, scope in found))
            if found
            else self._source(call)
        )

    def _returned(self, call: ast.Call) -> list[tuple[ast.expr, Scope]]:
        if not isinstance(call.func, ast.Name):
            return []
        module, function = self.module.function(call.func.id)
        if module is None or function is None:
            return []
        inside = Scope(module, function)
        return [
            (each.value, inside) for each in ast.walk(function) if isinstance(each, ast.Return) and each.value
        ]

    def _one_of(self, many: ast.expr, seen: frozenset[str]) -> set[str]:
        """What a loop over `many` hands out: of a dictionary its keys."""
        match many:
            case ast.Dict(keys=keys):
                return self._all(list(keys), seen)
            case ast.DictComp(key=key):
                return self._within(many).sources(key, seen)
            case ast.Name(id=name) if name in self.bound:
                return set().union(*(self._one_of(each, seen) for each in self.bound[name]))
        return self.sources(many, seen)

    def _element(self, value: ast.expr, at: ast.expr, seen: frozenset[str]) -> set[str]:
        """One part of a tuple, wherever that was put together."""
        match value, at:
            case ast.Tuple(elts=parts), ast.Constant(value=int(number)):
                return self.sources(parts[number], seen)
        match value:
            case ast.IfExp(body=body, orelse=orelse):
                return self._element(body, at, seen) | self._element(orelse, at, seen)
            case ast.Call(func=ast.Name()) if found := self._returned(value):
                return set().union(*(scope._element(each, at, seen) for each, scope in found))
        return self.sources(value, seen)

    def _field(self, name: str, text: ast.AST, seen: frozenset[str]) -> set[str]:
        """A field of a record of the store: what every maker of one puts there."""
        makers = [(each, Scope(*where)) for each, where in fields(name)]
        return (
            set().union(*(scope.sources(each, seen) for each, scope in makers))
            if makers
            else self._source(text)
        )

    def _name(self, name: str, text: ast.AST, seen: frozenset[str]) -> set[str]:
        if name in self.bound:
            return self._all(list(self.bound[name]), seen)
        if self.function and name in parameters(self.function):
            handed = [(each, Scope(*where)) for each, where in self.module.arguments(self.function, name)]
            found = [scope.sources(each, seen) for each, scope in handed]
            return set().union(*found) if found else self._source(text)
        if name in self.module.constants:
            return Scope(self.module).sources(self.module.constants[name], seen)
        if name in self.module.imported:
            neighbour, there = self.module.imported[name]
            return Scope(modules()[neighbour]).sources(ast.Name(there), seen)
        return self._source(text)

    def _within(self, comprehension: Any) -> Scope:
        inside = Scope(self.module, self.function)
        inside.bound = dict(self.bound)
        for each in comprehension.generators:
            for name, value in bound(ast.For(each.target, each.iter, [], [])):
                inside.bound[name] = [value]
        return inside

    def _source(self, text: ast.AST) -> set[str]:
        return {f"{self.module.name}: {ast.unparse(text)}"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
