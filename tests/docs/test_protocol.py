"""docs/protocol.md says what ingest takes, answers and refuses, and with which limits."""

import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

from collector.event import Drop
from collector.front import Front
from collector.ingest import gate, plausible
from snippet.serve import asset, pinned_path
from tests.docs.pages import coded, page, section, table

PAGE = page("docs/protocol.md")


def test_every_key_is_documented() -> None:
    told = [name for row in table(section(PAGE, "## The body")) for cell in row[:3] for name in coded(cell)]
    assert set(plausible._Wire.__struct_encode_fields__) - {"dollar"} <= {*told, "$"}
    keys = [name for row in table(section(PAGE, "## The body")) for cell in row[:2] for name in coded(cell)]
    assert set(keys) <= set(plausible._Wire.__struct_encode_fields__)


def test_every_reason_is_documented_in_order() -> None:
    assert [coded(row[0])[0] for row in table(section(PAGE, "## Why an event was not counted"))] == [reason.value for reason in Drop]


def test_every_limit_is_the_one_in_force() -> None:
    rows = table(section(PAGE, "## Limits"))
    for _, number, name in rows:
        module, _, constant = coded(name)[0].rpartition(".")
        assert getattr(import_module(f"collector.{module}"), constant) == int(number.replace(",", "")), name
    assert len(rows) == len({name for *_, name in rows})


def test_every_limit_of_ingest_is_documented() -> None:
    told = {coded(name)[0] for *_, name in table(section(PAGE, "## Limits"))}
    for room in ("plausible", "endpoint", "protocol", "pixel"):
        text = page(f"collector/ingest/{room}.py")
        limits = {f"ingest.{room}.{name}" for name in re.findall(r"^([A-Z_]+_MAX) = ", text, re.MULTILINE)}
        assert limits - told <= {"ingest.endpoint.LENGTH_DIGITS_MAX"}  # of a number that BODY_BYTES_MAX bounds


def test_every_header_that_is_read_is_named() -> None:
    named = {name.lower() for name in coded(section(PAGE, "## The body"))}
    read = set(re.findall(r'get\(b"([a-z-]+)"', page("collector/ingest/hit.py")))
    assert "user-agent" in read and read <= named


def test_every_address_of_the_front_is_documented_and_answers() -> None:
    told = {name for row in table(section(PAGE, "## Addresses")) for name in coded(" ".join(row))}
    front = Front(cast(Any, SimpleNamespace(event=None, pixel=None)), cast(Any, None), 0)
    assert set(front._own) <= told
    assert "/script.<8 hex digits>.js" in told and asset(pinned_path()) is not None
    assert all(asset(path) is not None for path in ("/script.js", "/js/script.js") if path in told)


def test_the_example_is_a_body_that_is_taken() -> None:
    (example,) = [line.split("'")[1] for line in PAGE.splitlines() if line.startswith("  -d '")]
    assert plausible.body_of(example.encode()).name == "pageview"


def test_the_steps_of_the_gate_are_the_rules_that_the_privacy_page_goes_through() -> None:
    told = [name for name in coded(page("docs/privacy.md")) if name in {step.__name__ for step in gate.STEPS}]
    assert told == [step.__name__ for step in gate.STEPS]
