"""The cap on distinct values: past `values_max` a day, per site and dimension, new ones count as `(other)`.

So does whoever sends `(rare)`, which is what sealed history calls the groups that it does not tell apart.

Whoever can send events can invent paths and campaigns. The cap bounds memory, journal and rows, and totals stay exact.
First come, first kept: a value that was seen today keeps its place however many new ones arrive. After a restart the
values of the open visits are the first to come again.
"""

from typing import TypeVar

from msgspec.structs import replace

from collector.event import Acquisition, Device, Event, Kind, Place
from collector.facts import GROUPS, OTHER, RARE, Group

GroupT = TypeVar("GroupT", Acquisition, Place, Device)

COMBINATIONS_A_VALUE = 4  # distinct combinations of one group's fields, as a multiple of `values_max`


class _Day:
    def __init__(self, day: int) -> None:
        self.day = day
        self.values: dict[str, set[str]] = {}
        self.known: set[tuple[str, ...]] = set()


class ValueCap:
    """What each site has seen today."""

    def __init__(self, values_max: int) -> None:
        self._max = values_max
        self._days: dict[int, _Day] = {}

    def fold(self, event: Event) -> Event:
        """The event, with `(other)` where it brings a new value too many. The same object where nothing changes."""
        seen = self._of(event.site, event.day)
        page = self._value(seen, "page", event.page)
        hostname = self._value(seen, "hostname", event.hostname)
        acquisition = self._group(seen, "acquisition", event.acquisition)
        place = self._group(seen, "place", event.place)
        device = self._group(seen, "device", event.device)
        language = self._value(seen, "language", event.language)
        name = self._value(seen, "event", event.name) if event.kind is Kind.CUSTOM else event.name
        props = event.props and tuple((self._value(seen, "property", k), self._value(seen, "value", v)) for k, v in event.props)
        if (
            page is event.page
            and hostname is event.hostname
            and acquisition is event.acquisition
            and place is event.place
            and device is event.device
            and language is event.language
            and name is event.name
            and props == event.props
        ):
            return event
        return replace(
            event,
            hostname=hostname,
            page=page,
            acquisition=acquisition,
            place=place,
            device=device,
            language=language,
            name=name,
            props=props,
        )

    def _of(self, site: int, day: int) -> _Day:
        seen = self._days.get(site)
        if seen is None or seen.day != day:
            seen = self._days[site] = _Day(day)
        return seen

    def _value(self, seen: _Day, dimension: str, value: str) -> str:
        values = seen.values.get(dimension)
        if values is None:
            values = seen.values[dimension] = set()
        if value in values:
            return value
        if len(values) >= self._max or value == RARE:
            return OTHER if value else value
        values.add(value)
        return value

    def _group(self, seen: _Day, group: Group, given: GroupT) -> GroupT:
        if given in seen.known:
            return given
        if len(seen.known) >= self._max * COMBINATIONS_A_VALUE * len(GROUPS):
            return type(given)._make(OTHER if field else "" for field in given)
        names = GROUPS[group]
        folded = type(given)._make(self._value(seen, name, field) for name, field in zip(names, given, strict=True))
        if folded == given:
            seen.known.add(given)
            return given
        return folded
