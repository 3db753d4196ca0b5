"""What of a table may be told: k visits, no remainder below, and for what is left out a world that looks the same without it."""

import random
from collections import Counter
from itertools import product

import pytest

from collector.store.fold import Cell, Table, fold

K = 5


def table(seed: int) -> dict[Cell, int]:
    """Visits of two facts on a small site."""
    chance = random.Random(seed)
    rows, columns = ([f"{side}{n}" for n in range(chance.randint(1, 5))] for side in "rc")
    spread = chance.choice((1, 3, 10))
    return {cell: visits for cell in product(rows, columns) if (visits := int(chance.expovariate(1 / (spread * K / 2))))}


def left(cells: dict[Cell, int], kept: set[Cell], side: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for cell, visits in cells.items():
        found[cell[side]] += 0 if cell in kept else visits
    return found


@pytest.mark.parametrize("seed", range(150))
def test_only_groups_of_k_are_kept_and_no_remainder_is_below_k(seed: int) -> None:
    cells = table(seed)
    kept = fold(cells, K)
    assert all(cells[cell] >= K for cell in kept)
    for side in (0, 1):
        for name, remainder in left(cells, kept, side).items():
            has_kept = any(cell[side] == name for cell in kept)
            assert remainder == 0 or remainder >= K or not has_kept, (name, remainder)


def emptied(cells: dict[Cell, int], kept: set[Cell], cell: Cell) -> dict[Cell, int]:
    """A world with the fewest visits in a cell that trades of the rule can reach."""
    world = dict(cells)
    while world.get(cell, 0):
        corner = next(
            (
                (a, b)
                for (a, b), visits in world.items()
                if visits and a != cell[0] and b != cell[1] and not {(a, b), (cell[0], b), (a, cell[1])} & kept
            ),
            None,
        )
        if corner is None:
            return world
        for less in (cell, corner):
            world[less] -= 1
        for more in ((cell[0], corner[1]), (corner[0], cell[1])):
            world[more] = world.get(more, 0) + 1
    return world


@pytest.mark.parametrize("seed", range(150))
def test_each_small_cell_could_hold_the_fewest_visits_that_the_sums_allow_and_nobody_could_tell(seed: int) -> None:
    cells = table(seed)
    kept = fold(cells, K)
    total = sum(cells.values())
    for cell, visits in cells.items():
        if visits >= K:
            continue
        sums = [sum(n for other, n in cells.items() if other[side] == cell[side]) for side in (0, 1)]
        fewest = max(0, sum(sums) - total)
        world = emptied(cells, kept, cell)
        assert world[cell] == fewest
        assert all(world[known] == cells[known] for known in kept)
        for side in (0, 1):
            assert left(world, set(), side) == left(cells, set(), side), "the sums stay"


def test_remainders_of_k_are_not_enough_where_two_subtractions_find_the_small_cell() -> None:
    cells = {("tablet", "Firefox"): 3, ("tablet", "Edge"): 6, ("mobile", "Firefox"): 20, ("mobile", "Edge"): 30}
    cells |= {("desktop", "Edge"): 50, ("desktop", "Firefox"): 40, ("desktop", "Safari"): 30, ("mobile", "Safari"): 60}
    kept = fold(cells, K)
    rows = {name for name, _ in cells.keys() - kept}
    assert ("tablet", "Firefox") not in kept
    assert all(len([cell for cell in cells.keys() - kept if cell[0] == name]) != 1 for name in rows)


def test_a_table_without_small_cells_is_kept_whole() -> None:
    cells = {(row, column): K for row in "abc" for column in "xyz"}
    assert fold(cells, K) == set(cells)


@pytest.mark.parametrize("seed", range(100))
def test_a_table_whose_small_cells_come_as_sums_is_decided_as_safely(seed: int) -> None:
    cells = table(seed)
    small = {cell: visits for cell, visits in cells.items() if visits < K}
    rest = tuple(Counter[str]() for _ in range(2))
    for cell, visits in small.items():
        for side in (0, 1):
            rest[side][cell[side]] += visits
    decided = Table({cell: visits for cell, visits in cells.items() if visits >= K}, K, (rest[0], rest[1]))
    exposure, total = [decided.exposure(side) for side in (0, 1)], sum(cells.values())
    decided.doubtful(
        {
            (a, b): visits
            for (a, b), visits in small.items()
            if exposure[0][a] + exposure[1][b] + visits > decided.left or decided.sums(0)[a] + decided.sums(1)[b] > total
        }
    )
    for cell in small:
        assert emptied(cells, decided.kept, cell)[cell] <= max(0, decided.sums(0)[cell[0]] + decided.sums(1)[cell[1]] - total)


def is_safe(visits: dict[Cell, int], kept: set[Cell], known: set[Cell]) -> None:
    """The three rules of `fold`, by trades one visit at a time; `known` are what everybody knows, kept or not."""
    assert all(visits[cell] >= K for cell in kept)
    others = {cell: count for cell, count in visits.items() if cell not in known}
    # What is left of a line without the known cells, and by what is kept alone.
    for beside, told in ((others, kept - known), (others | {cell: visits[cell] for cell in known - kept}, kept)):
        for side in (0, 1):
            for name, remainder in left(beside, kept & beside.keys(), side).items():
                assert remainder == 0 or remainder >= K or not any(cell[side] == name for cell in told)
    total = sum(others.values())
    for cell in others.keys() - kept if kept - known or not known else ():  # where nothing is kept nothing more can be hidden
        of_lines = sum(left(others, set(), side)[cell[side]] for side in (0, 1))
        if visits[cell] < K:
            assert emptied(others, kept | known, cell)[cell] <= max(0, of_lines - total)


def pages(seed: int) -> dict[Cell, int]:
    """Visits by entry page and page that they saw: most see the page they entered on and no other."""
    chance = random.Random(seed)
    named = [f"/{n}" for n in range(chance.randint(2, 5))]
    visits = Counter[Cell]()
    for _ in range(chance.randint(K, 40 * K)):
        entry = chance.choice(named)
        visits.update({(entry, page) for page in (entry, *chance.choices(named, k=chance.choice((0, 0, 1, 2))))})
    return visits


@pytest.mark.parametrize("seed", range(100))
def test_who_entered_on_a_page_and_saw_it_hides_nobody_else(seed: int) -> None:
    visits = pages(seed)
    known = {cell for cell in visits if cell[0] == cell[1]}
    decided = Table(visits, K, diagonal={page for page, _ in known})
    assert all(decided.is_told(cell) for cell in known)
    assert not decided.kept & known
    is_safe(visits, decided.stored, known)


def test_a_page_that_was_seen_by_all_of_a_country_was_seen_by_no_more() -> None:
    seen = {("FI", "/"): 40, ("FI", "/a"): 38, ("SE", "/"): 3, ("SE", "/a"): 20}
    decided = Table(seen, K)
    assert decided.allowed(("SE", "/"))[1] == 23
    decided.limit(0, {"FI": 40, "SE": 21})
    assert decided.allowed(("SE", "/"))[1] == 21
    assert decided.once == [0]


def test_a_limit_that_some_cell_passes_is_none() -> None:
    """A visit that lasted past the hour it began in."""
    decided = Table({("09", "/"): 12, ("10", "/"): 9}, K)
    decided.limit(0, {"09": 12, "10": 8})
    assert decided.once == []
