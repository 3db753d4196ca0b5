"""The solver finds what each rule is there for: without it, some of the same sites tell."""

from pathlib import Path

import pytest

from tests.privacy_model.attack import attack
from tests.privacy_model.history import Histories
from tests.privacy_model.mutants import MUTANTS
from tests.privacy_model.site import generate

# A site of the first 200 that tells something without the rule.
CAUGHT_ON = {
    "threshold_off_by_one": 29,
    "no_complementary_suppression": 1,
    "rows_but_not_columns": 4,
    "remainders_but_no_trades": 4,
    "live_days_forgotten": 0,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_that_is_missing_is_caught(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    histories = Histories(tmp_path)
    outcome = attack(generate(CAUGHT_ON[name]), histories)
    histories.close()
    assert outcome.wrong == 0
    assert outcome.disclosed
