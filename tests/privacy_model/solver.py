"""What sums of cells leave open of one sum: its least and its most over all tables of whole numbers that fit them.

A table is the visits of all cells; then, where they add up to something, such as page views, what those of each cell add to it: none
where there is no visit.

Linear programs by HiGHS. A table of whole numbers that it finds is checked in whole numbers: such a witness, with another figure
where a group is small, proves by itself that the answers do not tell. Only where no witness comes up integers are asked for.
"""

from collections.abc import Sequence
from typing import Literal

import highspy
import numpy as np

from tests.privacy_model.reading import Bound

Sense = Literal["least", "most"]
_SENSES = {"least": highspy.ObjSense.kMinimize, "most": highspy.ObjSense.kMaximize}


class Tables:
    """All tables of whole numbers, none negative, that fit the bounds. `most_added` is more than any visit adds; 0 if none does."""

    def __init__(self, cells: int, bounds: Sequence[Bound], most_added: int = 0) -> None:
        self._cells, self._most_added = cells, most_added
        self._size = 2 * cells if most_added else cells
        self._bounds = bounds
        self._matrix = np.array([self.columns(bound.cells, bound.added) for bound in bounds], dtype=np.int64)
        self._least = np.array([bound.least for bound in bounds], dtype=np.int64)
        self._most = np.array([bound.most for bound in bounds], dtype=np.int64)
        self._model = self._built()

    def columns(self, cells: np.ndarray, added: bool) -> np.ndarray:
        """How often each place of a table is counted for the visits of some cells, or for what these add."""
        found = np.zeros(self._size, dtype=np.int64)
        start = self._cells if added else 0
        found[start : start + self._cells] = cells
        return found

    def extreme(self, places: np.ndarray, sense: Sense) -> tuple[int, np.ndarray]:
        """The least or the most that some places of a table can hold, and a table that has so much there."""
        found = self._solve(places, sense)
        if self._fits(np.rint(found)):
            table = np.rint(found).astype(np.int64)
            return int(table @ places), table
        self._in_whole_numbers(True)
        table = np.rint(self._solve(places, sense)).astype(np.int64)
        self._in_whole_numbers(False)
        assert self._fits(table), "HiGHS found a table of whole numbers"
        return int(table @ places), table

    def _fits(self, table: np.ndarray) -> bool:
        sums = self._matrix @ table.astype(np.int64)
        fits = (table >= 0).all() and (sums >= self._least).all() and (sums <= self._most).all()
        visits, added = table[: self._cells], table[self._cells :]
        return bool(fits and (not self._most_added or (added <= self._most_added * visits).all()))

    def _solve(self, places: np.ndarray, sense: Sense) -> np.ndarray:
        self._model.changeColsCost(self._size, np.arange(self._size, dtype=np.int32), places.astype(np.float64))
        self._model.changeObjectiveSense(_SENSES[sense])
        self._model.run()
        assert self._model.getModelStatus() == highspy.HighsModelStatus.kOptimal, "the true table fits, and sums are bounded"
        return np.array(self._model.getSolution().col_value)

    def _in_whole_numbers(self, whole: bool) -> None:
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        self._model.changeColsIntegrality(self._size, np.arange(self._size, dtype=np.int32), np.full(self._size, kind))

    def _built(self) -> highspy.Highs:
        model = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave out the constructor's
        model.silent()
        model.setOptionValue("threads", 1)
        model.addVars(self._size, np.zeros(self._size), np.full(self._size, highspy.kHighsInf))
        starts, places = [0], [np.flatnonzero(row) for row in self._matrix]
        for listed in places:
            starts.append(starts[-1] + len(listed))
        flat = np.concatenate(places).astype(np.int32)
        model.addRows(
            len(self._bounds),
            self._least.astype(np.float64),
            self._most.astype(np.float64),
            len(flat),
            np.array(starts[:-1], dtype=np.int32),
            flat,
            np.concatenate([row[listed] for row, listed in zip(self._matrix, places, strict=True)]).astype(np.float64),
        )
        for cell in range(self._cells if self._most_added else 0):
            both = np.array([cell, self._cells + cell], dtype=np.int32)
            model.addRow(0.0, highspy.kHighsInf, 2, both, np.array([float(self._most_added), -1.0]))
        return model
