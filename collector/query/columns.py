"""Names as asked to columns: `visit:source`, `event:props:plan`, `time:week`. Anything else is a QuestionError."""

from typing import Any

from collector.facts import BY_API, BY_NAME, HOUR_OF_DAY, ROLLED_UP, TIME_BUCKETS, Dimension
from collector.query.words import TEXT_CHARS_MAX, Bucket, Column, QuestionError

PROPS = "event:props:"
GOAL = "event:goal"
SEGMENT = "segment"
# What can be asked of: the one list, and the hour, which every row has as a key.
KNOWN: dict[str, Dimension] = {**BY_NAME, HOUR_OF_DAY.name: HOUR_OF_DAY}
_ASKED: dict[str, Dimension] = {**BY_API, HOUR_OF_DAY.api: HOUR_OF_DAY}
# What "visit:city" holds here is already a name.
_ALIASES = {"visit:city_name": "visit:city"}
_CODES_ONLY = {
    "visit:country_name": "visit:country answers ISO 3166-1 codes",
    "visit:region_name": "visit:region answers ISO 3166-2 codes",
}
_BUCKETS: dict[str, Bucket] = {"time:hour": "hour", "time:day": "day", "time:week": "week", "time:month": "month"}


def text(value: Any, where: str) -> str:
    """The value if it is a text that a database can hold; `where` names it in the message if not."""
    if not isinstance(value, str):
        raise QuestionError(f"{where} must be a text.")
    if len(value) > TEXT_CHARS_MAX:
        raise QuestionError(f"{where} is longer than {TEXT_CHARS_MAX} characters.")
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise QuestionError(f"{where} has a character that cannot be stored.")
    return value


def dimension(asked: Any, automatic: Bucket) -> Column:
    """A column to break down by, time included; `automatic` is what the plain "time" means for the range."""
    name = text(asked, "dimensions: each")
    if name in TIME_BUCKETS:
        return Column(name, "", bucket=_BUCKETS.get(name, automatic))
    if name == GOAL:
        raise QuestionError("dimensions: event:goal can only be filtered on; ask for event:name or event:page.")
    if name == SEGMENT:
        raise QuestionError("dimensions: a segment can only be filtered on; ask once for each segment.")
    return filtered(name, "dimensions")


def filtered(asked: Any, where: str = "filters") -> Column:
    """A column that a filter can name: any dimension but time."""
    name = text(asked, f"{where}: a dimension")
    if name in TIME_BUCKETS:
        raise QuestionError(f"{where}: {name} cannot be filtered on; use date_range.")
    if name == SEGMENT:
        raise QuestionError(f'{where}: a segment stands alone, as ["is", "segment", ["its name"]] in the list of filters.')
    if name in _CODES_ONLY:
        raise QuestionError(f"{where}: {name} is not known here; {_CODES_ONLY[name]}.")
    if name.startswith(PROPS):
        return _property(name, where)
    known = _ASKED.get(_ALIASES.get(name, name))
    if known is None or not set(known.facts) & set(ROLLED_UP):
        raise QuestionError(f"{where}: unknown dimension {name[:100]!r}.")
    return Column(name, known.name)


def tells_of_visitors(name: str) -> bool:
    """Whether a dimension is about the visitor, so that a day of few visits gives up its values; a segment is too."""
    return name == SEGMENT or (name in KNOWN and KNOWN[name].about == "visitor")


def _property(name: str, where: str) -> Column:
    prop = name.removeprefix(PROPS)
    # A stored value is "<name>=<value>": a name with "=" could not be told from another's value.
    if not prop or "=" in prop:
        raise QuestionError(f"{where}: {name[:100]!r} does not name a property.")
    return Column(name, "value", prop=prop)
