"""An audit tells people what was looked at: the database, and backups by the moment they were made."""

import pytest

from collector.ops.audit import DATABASE, Audit, Check, Looked
from collector.ops.audit_text import as_text, looked_at

NIGHT, LATER, COPY = "20261122T031500Z", "20261201T101559Z", "before the move"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "There was nothing to look at: no database and no backup."),
        ([DATABASE], "7 rows were looked at: the database."),
        ([NIGHT], "7 rows were looked at: the backup of 22 November 2026 at 03:15 UTC."),
        ([DATABASE, NIGHT], "14 rows were looked at: the database and the backup of 22 November 2026 at 03:15 UTC."),
        (
            [DATABASE, NIGHT, LATER, COPY],
            "28 rows were looked at: the database and the backups of"
            " 22 November 2026 at 03:15 UTC, 1 December 2026 at 10:15 UTC and before the move.",
        ),
    ],
)
def test_what_was_looked_at_is_told_by_dates_that_people_read(names: list[str], said: str) -> None:
    assert looked_at(Audit(0, tuple(Looked(name, 7, ()) for name in names))) == said


def test_a_place_in_a_backup_is_told_by_its_date() -> None:
    text = as_text(Audit(0, (Looked(NIGHT, 7, (Check("groups", "unchecked", why="It cannot be read."),)),)), "Today")
    assert "          the backup of 22 November 2026 at 03:15 UTC: It cannot be read.\n" in text
    assert NIGHT not in text
