"""SQL is written in two rooms, from the one list; everywhere else a statement is a constant, and user text is always bound."""

import ast
import re

from tests.house.source import calls, modules

# The rooms that build statements, each from names of `facts.py` alone; their own tests send hostile text through them.
BUILDERS = ("collector/query/", "collector/store/")
# A statement of constants: `PRAGMA` takes no parameters, and the pragmas stand in the line above.
CONSTANT = {("collector/control/schema.py", "f'PRAGMA {pragma}'")}
RUNS = ("execute", "executemany", "exec_driver_sql", "stream", "query", "run")
STATEMENT = re.compile(r"\s*(/\*.*?\*/)?\s*(SELECT|INSERT INTO|DELETE FROM|UPDATE \S+ SET|WITH \S+ AS|CREATE TABLE|ALTER TABLE|DROP)\b")


def built(node: ast.expr) -> bool:
    """Whether a text is put together from pieces: an f-string with a hole, +, %, format or join."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join")


def test_no_statement_is_built_outside_the_rooms_that_may() -> None:
    found = {
        (path, ast.unparse(call.args[0]))
        for path, tree in modules().items()
        for call, called in calls(tree)
        if called.rpartition(".")[2] in RUNS and call.args and built(call.args[0]) and not path.startswith(BUILDERS)
    }
    assert found == CONSTANT


def test_no_text_that_begins_a_statement_has_a_hole_outside_the_rooms_that_may() -> None:
    found = {
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if not path.startswith(BUILDERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and built(node) and STATEMENT.match(ast.unparse(node)[2:])
    }
    assert not found
