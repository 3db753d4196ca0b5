"""docs/stats-api.md tells of every metric, dimension and address, and its examples run."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from collector.api.routes import routes
from collector.facts import DIMENSIONS, METRICS, ROLLED_UP
from collector.query.filters import _OPERATORS
from tests.api.conftest import KEY, Api

DOC = (Path(__file__).parents[2] / "docs" / "stats-api.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)]
CURL = re.findall(r"-d '(\{.*?\})'\n", DOC)


def test_every_metric_is_documented_as_the_list_has_it() -> None:
    rows = [f"| `{metric.name}` | {metric.label} | {metric.unit} | {metric.help} |" for metric in METRICS]
    assert re.findall(r"^\| `\w+` \| [^|]+ \| (?:count|percent|seconds|ratio|money) \| .+ \|$", DOC, re.MULTILINE) == rows


def test_every_dimension_is_documented_as_the_list_has_it() -> None:
    asked = [dimension for dimension in DIMENSIONS if set(dimension.facts) & set(ROLLED_UP)]
    rows = [f"| `{known.api}` | {known.label} | {', '.join(known.facts)} | {known.empty} |" for known in asked]
    assert re.findall(r"^\| `(?:visit|event):.*\|$", DOC, re.MULTILINE) == rows


def test_every_address_is_documented(api: Api) -> None:
    assert re.findall(r"^\| `(/[^`]*)`", DOC, re.MULTILINE) == [route.path for route in routes(api.services)]


def test_every_operator_is_documented() -> None:
    assert {*_OPERATORS, "and", "or", "not"} <= {*re.findall(r"`(\w+)`", DOC.split("### Filters")[1].split("### Date")[0])}


@pytest.mark.parametrize("example", [*EXAMPLES, *map(json.loads, CURL)])
def test_an_example_is_answered(example: Any, api: Api) -> None:
    response = api.ask("POST", "/api/v2/query", headers={"authorization": f"Bearer {KEY}"}, json=example)
    assert response.status_code == 200, response.text


def test_there_are_examples() -> None:
    assert (len(EXAMPLES), len(CURL)) == (3, 1)
