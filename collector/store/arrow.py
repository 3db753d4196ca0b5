"""Columns of Python values → Arrow, the cheapest way in: one buffer a column, no object per value.

Measured on 2 cores, 20,000 visits rows of 17 columns: 1.6 µs a row to build and 2 µs to insert and write;
a bound parameter per value costs 29 µs a row, a general Arrow builder 10 µs.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import nanoarrow

from collector.clock import EPOCH_ORDINAL
from collector.store.schema import Column, Kind


class Batch:
    """Columns of equal length that a database can scan as often as it likes."""

    def __init__(self, columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> None:
        children = [_array(column.kind, column_values) for column, column_values in zip(columns, values, strict=True)]
        self._schema: Any = nanoarrow.struct({column.name: child.schema for column, child in zip(columns, children, strict=True)})
        rows = len(values[0])
        self._array = nanoarrow.c_array_from_buffers(self._schema, rows, (None,), null_count=0, children=children)

    def __arrow_c_schema__(self) -> object:
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return nanoarrow.c_array_stream(self._array).__arrow_c_stream__()


# kind -> (Arrow type, array type code)
_NUMBERS: dict[Kind, tuple[Any, str]] = {
    "site": (nanoarrow.int32(), "i"),
    "day": (nanoarrow.date32(), "i"),
    "hour": (nanoarrow.uint8(), "B"),
    "minute": (nanoarrow.int32(), "i"),
    "group": (nanoarrow.int32(), "i"),
    "count": (nanoarrow.int64(), "q"),
}


def _array(kind: Kind, values: Sequence[Any]) -> Any:
    """One Arrow array. Raises OverflowError for a number that does not fit its column."""
    if kind == "text":
        return _texts(values)
    if kind == "day":
        values = [day - EPOCH_ORDINAL for day in values]
    type_, code = _NUMBERS[kind]
    return nanoarrow.c_array_from_buffers(type_, len(values), (None, array(code, values)), null_count=0)


def _texts(values: Sequence[str]) -> Any:
    """Most columns are ASCII, where lengths in characters are lengths in bytes and one encode does for all."""
    joined = "".join(values)
    data = joined.encode()
    lengths: Iterable[int] = map(len, values)
    if not joined.isascii():
        lengths = (len(value.encode()) for value in values)
    offsets = array("i", accumulate(lengths, initial=0))
    return nanoarrow.c_array_from_buffers(nanoarrow.string(), len(values), (None, offsets, data), null_count=0)
