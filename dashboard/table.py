"""Tables as CSV that a spreadsheet shows and never runs. RFC 4180, UTF-8 with a byte order mark (Excel asks for one)."""

import csv
import io
import re
from collections.abc import Iterable

Cell = str | int | float | None

# A cell that begins like this is a formula to some spreadsheet; full-width forms are folded to these by others. What is not
# seen before it (spaces, a byte order mark, marks of no width) may be cut off by the next program.
_FORMULA = re.compile("[\\s\ufeff\u200b-\u200f\u202a-\u202e\u2060]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def harmless(cell: Cell) -> str | int | float:
    """A text that a spreadsheet could take for a formula, with an apostrophe before it; numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, str) and _FORMULA.match(cell):
        return "'" + cell
    return cell


def to_csv(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """A table as CSV, every text quoted."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff".encode() + text.getvalue().replace("\0", "\ufffd").encode("utf-8", "replace")
