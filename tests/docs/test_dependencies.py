"""docs/dependencies.md names every direct dependency with its reason, and no other; each one is used."""

import re
import tomllib

import pytest

from tests.docs.pages import ROOT, page, section, table

PAGE = page("docs/dependencies.md")
PROJECT = tomllib.loads(page("pyproject.toml"))
ASKED = {
    "## To run": PROJECT["project"]["dependencies"],
    "## To build": PROJECT["dependency-groups"]["build"],
    "## To work on it": PROJECT["dependency-groups"]["dev"],
}


def named(requirement: str) -> str:
    """The package a requirement names."""
    found = re.match(r"[A-Za-z0-9-]+", requirement)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("heading", ASKED)
def test_every_direct_dependency_has_its_row_and_there_is_no_other(heading: str) -> None:
    rows = table(section(PAGE, heading))
    assert [row[0] for row in rows] == sorted(named(requirement) for requirement in ASKED[heading])
    assert all(row[1] and row[2] for row in rows)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hash(lock: str) -> None:
    pins = re.split(r"^(?=\S+==)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(pins) > 20
    assert all("--hash=sha256:" in pin for pin in pins)


def test_everything_to_run_is_pinned_in_the_lock() -> None:
    pinned = set(re.findall(r"^([A-Za-z0-9-]+)==", page("requirements.lock"), re.MULTILINE))
    assert {named(requirement) for requirement in ASKED["## To run"] + ASKED["## To build"]} <= pinned
