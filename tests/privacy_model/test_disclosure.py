"""Nothing that may be asked tells a crossing of two facts that fewer than k visits share, unless single breakdowns do.

More sites: FOOTFALL_TEST_SITES (make sim: 1,000); a quarter as many have visits that see several pages.
"""

import os
from collections.abc import Iterator

import pytest

from tests.privacy_model.attack import Outcome, attack
from tests.privacy_model.history import Histories
from tests.privacy_model.segments import with_segments
from tests.privacy_model.site import generate
from tests.privacy_model.walks import walking

SITES = int(os.environ.get("FOOTFALL_TEST_SITES", "200"))
AT_ONCE = 25  # sites of one test: 15 s
# Of 1,000 sites of two or three pages those of which a crossing is told, by what only all tables and days together say
# (docs/privacy-model.md).
TOLD = {83, 557, 568, 607, 828, 838, 853, 904, 990}


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Histories]:
    opened = Histories(tmp_path_factory.mktemp("sites"))
    yield opened
    opened.close()


@pytest.mark.parametrize("first", range(0, SITES, AT_ONCE))
def test_no_question_tells_a_crossing_of_few_visits_that_single_breakdowns_do_not(first: int, histories: Histories) -> None:
    outcomes = {seed: attack(with_segments(generate(seed)), histories) for seed in range(first, min(first + AT_ONCE, SITES))}
    assert _seeds(outcomes, "wrong") == {}, "each answer is true of the site it is about"
    assert _seeds(outcomes, "disclosed") == {}
    assert sum(outcome.attacked for outcome in outcomes.values()) > 5 * len(outcomes), "there was something to find"


@pytest.mark.parametrize("first", range(0, SITES // 4, AT_ONCE))
def test_no_question_tells_it_of_visits_that_saw_several_pages(first: int, histories: Histories) -> None:
    outcomes = {seed: attack(with_segments(walking(seed)), histories) for seed in range(first, min(first + AT_ONCE, SITES // 4))}
    assert _seeds(outcomes, "wrong") == {}, "each answer is true of the site it is about"
    assert _seeds(outcomes, "disclosed").keys() == TOLD & outcomes.keys()
    assert sum(outcome.attacked for outcome in outcomes.values()) > 5 * len(outcomes), "there was something to find"


def _seeds(outcomes: dict[int, Outcome], what: str) -> dict[int, object]:
    return {seed: getattr(outcome, what) for seed, outcome in outcomes.items() if getattr(outcome, what)}
