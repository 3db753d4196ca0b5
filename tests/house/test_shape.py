"""The shape of the code: small files and functions, each file saying its one job, nothing unfinished, no claim of a law."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import documents, modules, texts

FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 50

# What may not be claimed of a law, whatever the sentence around it.
CLAIMS = re.compile(r"GDPR.compliant|compliant with the GDPR|no consent (?:is )?needed|without (?:asking for )?consent|\bcertified\b", re.I)


@pytest.mark.parametrize("path", sorted(modules()))
def test_a_file_says_its_one_job_and_keeps_to_it(path: str) -> None:
    text, tree = texts()[path], modules()[path]
    said = ast.get_docstring(tree)
    assert said or not text, "no docstring"
    assert len(text.splitlines()) <= FILE_LINES_MAX


def test_functions_are_small() -> None:
    assert {f"{path} {node.name}" for path, node in _functions() if _lines(node) > FUNCTION_LINES_MAX} == set()


def test_nothing_is_left_to_do_and_no_rule_is_broken_without_its_name() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|type: ignore(?!\[)|# noqa(?!: ?[A-Z]+\d)")
    here = "tests/house/test_shape.py"
    found = {f"{path}: {match[0]}" for path, text in texts().items() if path != here for match in unfinished.finditer(text)}
    assert not found


@pytest.mark.parametrize("path", sorted(documents()))
def test_a_document_claims_nothing_of_a_law(path: str) -> None:
    text = documents()[path]
    refused = re.compile(r"never (?:says|say|claims?|called)[^.]*\.", re.IGNORECASE)  # the sentences that say what we do not say
    assert not CLAIMS.search(refused.sub("", text))


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1
