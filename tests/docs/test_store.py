"""docs/store.md describes the tables that are made, the pairs that are kept, and a fold that is what folding gives."""

import re

from collector import facts
from collector.facts import HOUR, PAIRS
from collector.store.fold import fold
from collector.store.schema import TABLES
from tests.docs.pages import coded, page, section, table

PAGE = page("docs/store.md")
SEALED = section(PAGE, "## Sealed periods")


def test_every_table_is_described_and_no_other() -> None:
    assert sorted(name for row in table(section(PAGE, "## Tables")) for name in coded(row[0])) == sorted(TABLES)


def test_the_columns_of_what_is_sealed_are_those_of_the_tables() -> None:
    told = {name: coded(row[2]) for row in table(section(PAGE, "## Tables")) for name in coded(row[0])}
    for name in ("sealed", "counted"):
        assert sorted(told[name]) == sorted(column.name for column in TABLES[name])
    for fact in facts.ROLLED_UP:
        assert (*told[f"{fact}_pairs"], *facts.measures_of(fact)) == tuple(column.name for column in TABLES[f"{fact}_pairs"])


def test_the_pairs_that_are_kept_are_told_with_their_number() -> None:
    rows = {fact: (int(number), set(re.findall(r"\w+", of))) for fact, number, of in table(SEALED)}
    assert {fact: number for fact, (number, _) in rows.items()} == {fact: len(pairs) for fact, pairs in PAIRS.items()}
    assert rows["visits"][1] == {name for pair in PAIRS["visits"] for name in pair}
    assert {"page", "event", "value", "currency"} == {d.name for d in facts.DIMENSIONS if d.crossed} - rows["visits"][1]


def test_the_dimensions_that_are_not_crossed_are_told() -> None:
    told = re.search(r"^Not crossed are (.+?)\.", SEALED, re.MULTILINE | re.DOTALL)
    assert told is not None
    lasting = [d for d in facts.DIMENSIONS if set(d.facts) & set(facts.ROLLED_UP)]
    assert set(re.findall(r"\w+", told[1])) - {"and"} == {d.name for d in lasting if not d.crossed}
    assert HOUR in PAIRS["visits"][0]


def test_the_worked_example_of_a_fold_keeps_what_the_page_says() -> None:
    text = SEALED[SEALED.index("| visits | Firefox") :]
    cells = {(row[0], browser): int(visits) for row in table(text) for browser, visits in zip(("Firefox", "Safari"), row[1:], strict=True)}
    assert fold(cells, 10) == {cell for cell in cells if cell[0] == "Desktop"}
