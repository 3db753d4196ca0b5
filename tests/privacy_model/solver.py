"""What sums of cells leave open of one sum: its least and its most over all tables of whole numbers that fit them.

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
    """All tables of whole numbers, none negative, that fit the bounds."""

    def __init__(self, size: int, bounds: Sequence[Bound]) -> None:
        self._size = size
        self._bounds = bounds
        self._matrix = np.array([bound.cells for bound in bounds], dtype=np.int64)
        self._least = np.array([bound.least for bound in bounds], dtype=np.int64)
        self._most = np.array([bound.most for bound in bounds], dtype=np.int64)
        self._model = self._built()

    def extreme(self, cells: np.ndarray, sense: Sense) -> tuple[int, np.ndarray]:
        """The least or the most visits that some cells can have, and a table that has so many there."""
        found = self._solve(cells, sense)
        if self._fits(np.rint(found)):
            table = np.rint(found).astype(np.int64)
            return int(table[cells].sum()), table
        self._in_whole_numbers(True)
        table = np.rint(self._solve(cells, sense)).astype(np.int64)
        self._in_whole_numbers(False)
        assert self._fits(table), "HiGHS found a table of whole numbers"
        return int(table[cells].sum()), table

    def _fits(self, table: np.ndarray) -> bool:
        sums = self._matrix @ table.astype(np.int64)
        return bool((table >= 0).all() and (sums >= self._least).all() and (sums <= self._most).all())

    def _solve(self, cells: np.ndarray, sense: Sense) -> np.ndarray:
        self._model.changeColsCost(self._size, np.arange(self._size, dtype=np.int32), cells.astype(np.float64))
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
        starts, places = [0], [np.flatnonzero(bound.cells) for bound in self._bounds]
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
            np.ones(len(flat)),
        )
        return model
