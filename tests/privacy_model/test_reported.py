"""Small tables in which two subtractions find a group: each was found by the solver, and is drawn here by itself."""

from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tests.privacy_model.attack import attack
from tests.privacy_model.history import Histories
from tests.privacy_model.segments import nested
from tests.privacy_model.site import VALUES, Site

DAYS = (date(2026, 3, 2), date(2026, 3, 3))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize("other", ["source", "browser", "hostname", "page", "event", "value"])
def test_what_a_month_tells_of_a_value_leaves_its_days_open(other: str, tmp_path: Path) -> None:
    """Twelve visits, k = 5:   two FI × first on Monday, two SE × second on Tuesday, DE × third four on each day.

    DE × third has eight, all of DE and all of the third value. Were it told, what is left of Monday would be FI × first alone.
    """
    told = {(0, 0, 0): 2, (1, 1, 1): 2, (2, 2, 0): 4, (2, 2, 1): 4}
    histories = Histories(tmp_path)
    outcome = attack(_site(("country", other), told), histories)
    histories.close()
    assert (outcome.wrong, outcome.disclosed) == (0, [])
    assert outcome.attacked == 2


def test_a_segment_within_a_segment_leaves_the_rest_of_it_open(tmp_path: Path) -> None:
    """Finns with Firefox on phones or tablets, and those on phones: two visits from Finland with Firefox are on tablets."""
    histories = Histories(tmp_path)
    outcome = attack(nested(), histories)
    histories.close()
    assert (outcome.wrong, outcome.disclosed) == (0, [])
    assert outcome.segments > 0


def _site(dimensions: tuple[str, str], visits: dict[tuple[int, int, int], int]) -> Site:
    """A site of two dimensions of three values; `visits` by the places of the values and of the day."""
    cells = [(one, other, day, 0) for day in range(len(DAYS)) for one, other in product(range(3), repeat=2)]
    counts = np.array([visits.get(cell[:3], 0) for cell in cells])
    return Site(1, 5, dimensions, tuple(VALUES[name][:3] for name in dimensions), DAYS, (MARCH,), np.array(cells), counts)
