"""README.md and the other pages for people: commands exist, links lead somewhere, cited tests are there."""

import re
from datetime import date
from pathlib import Path

import click
import pytest

from collector import __version__, cli, facts, settings
from collector.ops.seals import period_of
from tests.docs.pages import ROOT, blocks, coded, page, section, table
from tests.house.source import documents

README = page("README.md")
CITED = re.compile(r"(tests/[\w/]+\.py)(?:::(test_\w+))?")


def commands(group: click.Group, before: str = "footfall") -> dict[str, click.Command]:
    """Every command that does something, by what a person types."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        full = f"{before} {name}"
        found |= commands(command, full) if isinstance(command, click.Group) else {full: command}
    return found


def test_every_command_is_in_the_table_and_no_other() -> None:
    told = [coded(row[0])[0] for row in table(section(README, "## Commands"))]
    assert sorted(told) == sorted(commands(cli.main))


def test_every_option_the_table_names_is_one() -> None:
    known = commands(cli.main)
    for first, text in table(section(README, "## Commands")):
        options = {option for parameter in known[coded(first)[0]].params for option in parameter.opts}
        assert {word for word in coded(text) if word.startswith("--")} <= options


@pytest.mark.parametrize("path", sorted(documents()))
def test_every_command_in_an_example_is_one_with_those_options(path: str) -> None:
    known = commands(cli.main)
    for line in (line for block in blocks(documents()[path], "sh") for line in block.splitlines()):
        typed = re.search(r"(?:^|/)(footfall (?!-)[a-z][^#|]*)", line.replace("\\", ""))
        if typed is None or "docker" in line or "pip" in line:
            continue
        command = next((known[name] for name in sorted(known, key=len, reverse=True) if typed[1].startswith(name)), None)
        assert command is not None, line
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", typed[1])) <= options, line


@pytest.mark.parametrize("path", sorted(documents()))
def test_every_make_target_that_is_named_exists(path: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    text = documents()[path]
    named = re.findall(r"`make ([a-z-]+)`", text) + re.findall(r"^make ([a-z-]+)", "\n".join(blocks(text, "sh")), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("path", sorted(documents()))
def test_every_link_leads_somewhere(path: str) -> None:
    text = re.sub(r"^```.*?^```", "", documents()[path], flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = ((ROOT / path).parent / name).resolve() if name else ROOT / path
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", sorted(documents()))
def test_every_test_that_is_cited_exists(path: str) -> None:
    for file, name in CITED.findall(documents()[path]):
        assert (ROOT / file).exists(), file
        assert not name or f"def {name}(" in page(file), f"{file}::{name}"


def test_each_promise_of_the_readme_and_of_the_privacy_page_cites_a_test() -> None:
    assert all(CITED.search(proof) for _, proof in table(section(README, "## What it promises")))
    promises = re.split(r"^\*\*\d\. ", section(page("docs/privacy.md"), "## The promises"), flags=re.MULTILINE)[1:]
    assert len(promises) == 9
    assert all(CITED.search(promise) for promise in promises)


def test_the_settings_that_documents_name_as_code_with_a_value_are_settings() -> None:
    for path, text in documents().items():
        named = set(re.findall(r"`([a-z]+_[a-z_]+) = ", text))
        assert named <= set(settings.BY_NAME), path


def test_every_benchmark_is_explained_and_every_one_that_is_named_exists() -> None:
    named = set(re.findall(r"-m benchmarks\.(\w+)", page("docs/performance.md")))
    runnable = {file.stem for file in (ROOT / "benchmarks").glob("*.py") if "__main__" in file.read_text() and file.stem != "__main__"}
    assert named == runnable


def test_every_setting_is_in_its_document() -> None:
    assert all(f"`{name}`" in page("docs/settings.md") for name in settings.BY_NAME)


def test_the_changelog_has_this_version_and_begins_with_what_must_be_done() -> None:
    log = page("CHANGELOG.md")
    assert f"## [{__version__}]" in log
    releases = re.split(r"^## \[\d", log, flags=re.MULTILINE)[1:]
    assert releases
    assert all(release.index("### What you must do") < release.index("### Added") for release in releases)


def test_the_facts_of_the_design_are_those_of_the_list() -> None:
    rows = table(section(page("docs/design.md"), "## The facts"))
    named = dict.fromkeys(measure.fact for measure in facts.MEASURES)
    assert {row[0]: row[2] for row in rows} == {fact: ", ".join(facts.measures_of(fact)) for fact in named}


def test_what_is_kept_names_the_defaults_in_force() -> None:
    kept = section(page("docs/privacy.md"), "## What is kept, and how long")
    for name in ("detail_days", "smallest_group", "history_months", "backup_days"):
        assert f"`{name}` ({settings.BY_NAME[name].default})" in kept


@pytest.mark.parametrize("path", ["README.md", "CHANGELOG.md", "docs/privacy.md", "docs/store.md"])
def test_how_old_detail_gets_is_told_as_it_is(path: str) -> None:
    days = settings.BY_NAME["detail_days"].default
    assert isinstance(days, int)
    last, next_day = period_of(date(2026, 3, 1).toordinal(), days)[1], 1
    ages = [last + days + next_day - date(2026, 3, day).toordinal() for day in (31, 1)]
    assert f"{ages[0]} to {ages[1]} days" in documents()[path]


def test_every_decision_has_a_number_of_its_own_and_an_argument_for_and_against() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [file.name[:4] for file in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for file in pages:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {file.name[:4]}: ")
        assert "**Decision.**" in text and ("**Against.**" in text or "why not" in text)
