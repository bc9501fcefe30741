"""No SQL text is built from values: what a statement consists of is written in the code."""

import ast
import re

import pytest

from tests.safety.modules import Module, modules
from tests.safety.statements import Scope, statements

# Names of columns, from schemas that are literals in `market`.
REVIEWED = re.compile(r"\w+\.py: (\w+_SCHEMA|schema)\.names")


@pytest.mark.parametrize("module", modules().values(), ids=lambda module: module.name)
def test_a_statement_is_made_of_literals_and_its_values_are_bound(module: Module):
    for text, scope in statements(module):
        foreign = {each for each in scope.sources(text) if not REVIEWED.fullmatch(each)}
        assert not foreign, (
            f"{module.name}:{text.lineno} has {foreign} in its text: bind it as a parameter (%s)"
        )


def test_the_walk_sees_the_statements_of_the_store():
    assert sum(len(list(statements(module))) for module in modules().values()) > 80


SAFE = {
    "a literal": "cursor.execute('SELECT 1', (name,))",
    "marks": "marks = ', '.join(['%s'] * len(name))\n"
    "    cursor.execute(f'SELECT 1 WHERE x IN ({marks})', name)",
    "a choice": "order = 'ASC' if name else 'DESC'\n    cursor.execute(f'SELECT 1 ORDER BY x {order}')",
    "conditions": "wanted = {'x = %s': name}\n    where = [text for text, value in wanted.items() if value]\n"
    "    cursor.execute('SELECT 1 WHERE ' + ' AND '.join(where), list(wanted.values()))",
}
UNSAFE = {
    "a value in an f-string": "cursor.execute(f\"SELECT '{name}'\")",
    "a value added": "cursor.execute('SELECT ' + name)",
    "a value put in by format": "cursor.execute('SELECT {}'.format(name))",
    "a value put in by %": "cursor.execute('SELECT %s' % name)",
    "a value behind a name": "text = f'x = {name}'\n    cursor.execute(' AND '.join([text]))",
    "a value appended": "where = ['TRUE']\n    where.append(name)\n    cursor.execute(' AND '.join(where))",
    "a value's attribute": "cursor.execute(f'SELECT {cursor.wanted.symbol}')",
    "what a value's method says": "cursor.execute(f'SELECT {name.upper()}')",
    "the values of a dictionary": "wanted = {'x': name}\n    cursor.execute(' '.join(wanted.values()))",
}


@pytest.mark.parametrize("code", [*SAFE, *UNSAFE])
def test_a_value_is_told_from_a_literal(code, tmp_path):
    path = tmp_path / "example.py"
    path.write_text(f"def ask(cursor, name):\n    {SAFE.get(code) or UNSAFE[code]}\n")
    module = Module(path)
    (function,) = module.functions.values()
    call = next(each for each in ast.walk(function) if isinstance(each, ast.Call) and _executes(each))
    assert bool(Scope(module, function).sources(call.args[0])) == (code in UNSAFE)


def _executes(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "execute"
