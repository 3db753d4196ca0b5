"""What the audit holds the rows to: each promise in words, and the published statement that finds what breaks it."""

from typing import Literal, NamedTuple

from collector.store import audit_sql

PromiseName = Literal["groups", "pairs", "remainders", "detail", "flows", "days", "months", "segments", "columns", "texts"]


class Promise(NamedTuple):
    """One sentence that must hold, what it is good for, and the statement that answers with nothing as long as it does.

    `late`: what it finds can be rows that came late and wait for the next sealing.
    """

    name: PromiseName
    says: str
    means: str
    sql: str
    late: bool = False


# Reading this list is reading what history can tell.
PROMISES: tuple[Promise, ...] = (
    Promise(
        "groups",
        "What combines two facts is about a group.",
        "Every row about two facts at once, such as a country and a page, is shared by at least as many visits as the smallest group "
        "that its period was sealed with.",
        audit_sql.GROUPS,
    ),
    Promise(
        "pairs",
        "Only whole periods are sealed, and only pairs of the published list are kept.",
        "A period is a calendar month, or one day: ranges that overlap cannot be subtracted into smaller ones.",
        audit_sql.PAIRS,
    ),
    Promise(
        "remainders",
        "What was left out of the pairs cannot be found by subtraction.",
        "A value's total minus all of its kept pairs is nothing, or at least a smallest group; or the value has no kept pair at all. "
        "Pairs with a property of an event are compared with the totals of that property, and a month's pairs with its totals without "
        "the days that were sealed by themselves.",
        audit_sql.REMAINDERS,
    ),
    Promise(
        "detail",
        "Of a sealed period nothing is left that combines three facts.",
        "Rows with all dimensions at once are there for days that are not sealed yet, and nowhere else. Some may come late, from an "
        "import say: they wait for the next sealing, a day at most, and are told here until then.",
        audit_sql.DETAIL,
        late=True,
    ),
    Promise(
        "flows",
        "What is never sealed says nothing about visitors.",
        "The tables of steps from page to page and of events that were not counted have no dimension of a visitor. The live rows, by "
        "minute, are of the last hour alone.",
        audit_sql.FLOWS,
    ),
    Promise(
        "days",
        "A sealed day with few visits does not tell who came.",
        "Where a day has fewer visits than the smallest group, its hours and what is known of its visitors are one figure: the day's.",
        audit_sql.DAYS,
    ),
    Promise(
        "months",
        "What those days had is kept for the month as a whole, if together they are a group.",
        "A month's rows say what its days' rows say. They tell more only of visitors, and only where the days that do not tell theirs "
        "have at least a smallest group of visits together; and their sums are those of the days.",
        audit_sql.MONTHS,
    ),
    Promise(
        "segments",
        "A segment is told where it is a group, and so is the rest of the day.",
        "A saved segment combines several facts: its figure is there where at least a smallest group of visits is in it, or none, and as "
        "many are not in it, or none.",
        audit_sql.SEGMENTS,
    ),
    Promise(
        "columns",
        "No column can hold a key, an address or a browser's signature.",
        "Every table has the columns of the published list, of these types, and no other.",
        audit_sql.COLUMNS,
    ),
    Promise(
        "texts",
        "No text looks like an address, a browser's signature or a key.",
        "Looked for are IPv4 and IPv6 addresses, User-Agent strings, and 16 or more hexadecimal digits that stand alone. Not everywhere: "
        "the names of hosts, which may be addresses of servers, are looked through for User-Agent strings alone, and the names "
        "and properties of a site’s own events for everything but digits. What is written in another way is not found.",
        audit_sql.TEXTS,
    ),
)
