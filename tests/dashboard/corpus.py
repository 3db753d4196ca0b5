"""Values that hostile visitors send, in each place where a visitor's words end up."""

from collector.event import Acquisition, Device, Event, Kind, Place
from tests.dashboard.history import Sums, add_visit

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "</title></style></textarea><svg/onload=alert(1)>",
    "&lt;b&gt;&amp;&#x27;",
    '=HYPERLINK("http://evil.example")',
    "%3Cscript%3E&f=is:page:/x#fragment",
    "a\u202egnp.exe\u202c",
    "x" * 1500,
)


def nasty_rows(site: int, now_s: int) -> Sums:
    """One visit for each value, which stands everywhere in it."""
    found: Sums = {}
    for number, value in enumerate(NASTY):
        first = _event(site, number, now_s, value, Kind.PAGEVIEW)
        second = _event(site, number, now_s, value, Kind.CUSTOM, name=value, props=(("p" + value, value),), currency=value)
        add_visit(found, (first, second))
    return found


def _event(site: int, number: int, now_s: int, v: str, kind: Kind, **rest: object) -> Event:
    day = now_s // 86_400 + 719_163
    return Event(
        site,
        number.to_bytes(8, "big"),
        kind,
        now_s,
        day,
        15,
        v,
        v,
        Acquisition(v, v, v, v, v, v, v, v),
        Place(v, v, v, v),
        Device(v, v, v, v, v),
        v,
        v,
        **rest,  # type: ignore[arg-type]  # name and props, by name
    )
