"""Columns of Python values → Arrow, the cheapest way in: one buffer a column, no object per value.

Measured on 2 cores, 20,000 rows of 17 columns: 0.6 µs a row to build and 1 µs to insert and commit; a bound parameter per
value costs 29 µs a row, a general Arrow builder 10 µs. What follows from measuring: nothing here makes an object a row
(their number sets off garbage collections, 4 µs a row in a large process), and `array` takes a list twice as fast as an iterator.
"""

from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate, chain
from typing import Any

import nanoarrow

from collector.clock import EPOCH_ORDINAL
from collector.store.schema import Column, Kind

DAY_MAX = date.max.toordinal()


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


def texts_and_numbers(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows of `width` values turned on their side: a list a column. Raises ValueError for a row of another length."""
    flat = _flat(rows, width)
    return [flat[column::width] for column in range(width)]


def counts(rows: Sequence[Sequence[int]], width: int) -> list["array[int]"]:
    """The same of measures: 64 bits a value. Raises OverflowError for a number that takes more."""
    flat = array("q", _flat(rows, width))
    return [flat[column::width] for column in range(width)]


def _flat(rows: Sequence[Sequence[Any]], width: int) -> list[Any]:
    if set(map(len, rows)) != {width}:  # values would slide into their neighbours' columns
        raise ValueError(f"a row has other than {width} values")
    return list(chain.from_iterable(rows))


def _array(kind: Kind, values: Sequence[Any]) -> Any:
    """One Arrow array. Raises OverflowError for a number that does not fit its column."""
    if kind == "text":
        return _texts(values)
    type_, code = _NUMBERS[kind]
    return nanoarrow.c_array_from_buffers(type_, len(values), (None, _buffer(kind, code, values)), null_count=0)


def _buffer(kind: Kind, code: str, values: Sequence[Any]) -> "array[int]":
    if isinstance(values, array):
        return values
    if kind == "day":
        days = {day: day - EPOCH_ORDINAL for day in set(values)}
        if not all(1 <= day <= DAY_MAX for day in days):  # the engine's calendar is longer than Python's, which must read it
            raise OverflowError("a day outside of the calendar")
        return array(code, [days[day] for day in values])
    return array(code, values)


def _texts(values: Sequence[str]) -> Any:
    """Most columns are ASCII, where lengths in characters are lengths in bytes and one encode does for all."""
    joined = "".join(values)
    data = joined.encode()
    return nanoarrow.c_array_from_buffers(nanoarrow.string(), len(values), (None, _offsets(values, joined), data), null_count=0)


def _offsets(values: Sequence[str], joined: str) -> "array[int]":
    """Where each text begins, in bytes, and where the last one ends. Many columns say the same in every row of a batch."""
    if not joined.isascii():
        lengths: Iterable[int] = [len(value.encode()) for value in values]
    elif values.count(values[0]) == len(values):
        width = len(values[0])
        return array("i", range(0, width * len(values) + 1, width) if width else bytes(4 * len(values) + 4))
    else:
        lengths = map(len, values)
    return array("i", list(accumulate(lengths, initial=0)))
