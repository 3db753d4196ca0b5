"""The solver finds what each rule is there for: without it, some sites tell."""

from pathlib import Path

import pytest

from tests.privacy_model.attack import attack
from tests.privacy_model.history import Histories
from tests.privacy_model.mutants import MUTANTS
from tests.privacy_model.segments import nested, with_segments
from tests.privacy_model.site import Site, generate
from tests.privacy_model.walks import walking

# Sites that tell something without the rule; for a rule that is not here one is drawn (`nested`).
CAUGHT_ON = {
    "threshold_off_by_one": (4, 70),
    "no_complementary_suppression": (1, 4),
    "rows_but_not_columns": (4, 6),
    "remainders_but_no_trades": (4, 9),
    "tables_alone": (11, 521),
    "facts_alone": (1094,),
    "shares_forgotten": (552,),
    "sums_forgotten": (3266,),
    "live_days_forgotten": (0, 1),
    "segments_of_any_group": (63, 65),
    "segments_days_alone": (7, 65),
    "segments_beside_their_pair": (3, 46),
}
# The same of sites whose visits see several pages.
CAUGHT_ON_WALKS = {
    "diagonal_forgotten": (51, 90, 201),
    "visits_of_pages_forgotten": (91, 124),
    "pages_of_days_forgotten": (272, 444),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_that_is_missing_is_caught(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    histories = Histories(tmp_path)
    outcomes = [attack(site, histories) for site in _sites(name)]
    histories.close()
    assert [outcome.wrong for outcome in outcomes] == [0] * len(outcomes)
    assert any(outcome.disclosed for outcome in outcomes)


def _sites(name: str) -> list[Site]:
    if name in CAUGHT_ON_WALKS:
        return [walking(seed) for seed in CAUGHT_ON_WALKS[name]]
    if name not in CAUGHT_ON:
        return [nested()]
    found = [generate(seed) for seed in CAUGHT_ON[name]]
    return [with_segments(site) for site in found] if name.startswith("segments") else found
