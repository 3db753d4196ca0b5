"""What is promised of the rows, as SQL that anyone can read and run: each statement answers with what breaks the promise.

Derived from `facts.py` and `schema.py`, and printed in docs/privacy-model.md. Every answer has the same six columns, and a row
names a place and never a value: what tells too much in the database would tell it in an answer, too.

| column | |
|---|---|
| `table` | where |
| `site` | whose; null where the whole table is meant |
| `first`, `last` | the sealed period or the day; null where there is none |
| `what` | the dimensions or the column |
| `rows` | how many break the promise there |
"""

# Names in these statements come from facts.py and schema.py; there is nothing to bind.
# ruff: noqa: S608

from collections.abc import Iterable, Iterator
from textwrap import fill, indent

from collector import facts
from collector.store.schema import DELETED, SQL_TYPE, TABLES, Column

# So many places are told; where there are more, their number helps nobody.
PLACES_MAX = 100
# Live rows are of one hour; one hour more passes where a server that was stopped catches up.
LIVE_MINUTES_MAX = 120

# The names of machines: a site may be served on a bare address, and be linked from one.
HOSTS = ("hostname", "source")
# What a site calls its own events and segments: an order's number is no key of ours.
OWN_WORDS = ("event", "property", "value", "segment")
# Its texts are the number of the schema and the database's own random name.
NOT_READ = ("meta",)

# As `enrich/redact.py` looks for them, so what was cleaned there is not found here.
_IPV4 = r"(^|[^0-9.])[0-9]{1,3}(\.[0-9]{1,3}){3}($|[^0-9.])"
# Addresses of visitors begin with 2 or 3: all eight groups, or fewer and two colons that stand for zeros.
_IPV6 = r"(^|[^0-9A-Za-z:])[23][0-9A-Fa-f]{3}:(([0-9A-Fa-f]{1,4}:){6}[0-9A-Fa-f]|([0-9A-Fa-f]{1,4}:){0,5}:)"
# A browser's, or "Product/1.2 (" as of programs; a path that ends in a version is neither.
_AGENT = r"Mozilla/[0-9.]+ *\(|AppleWebKit/[0-9]|\(KHTML|(^|[^A-Za-z/])[A-Za-z]+/[0-9.]+ \("
_HEX = r"(^|[^0-9A-Za-z])[0-9A-Fa-f]{16,}($|[^0-9A-Za-z])"


def _each(names: Iterable[str], statement: str) -> str:
    """The same SELECT of several tables or facts as one, a line each."""
    return " UNION ALL\n".join(f"  {statement.replace('<name>', name)}" for name in names)


def _values(rows: Iterable[str]) -> str:
    """A list as lines, each of its rows whole."""
    whole = ", ".join(row.replace(" ", "\0") for row in rows)
    return indent(fill(whole, 118, break_long_words=False, break_on_hyphens=False).replace("\0", " "), "    ")


def _texts(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


# What a small day gives up.
_HIDDEN = (facts.HOUR, *(d.name for d in facts.DIMENSIONS if d.about == "visitor"))
# A visit sees a page and sends an event again on a row that counts no visit, but a page view and an event.
_NUMBER: dict[facts.FactName, str] = {"visits": "visits", "pages": "pageviews", "events": "events"}
_OF_PROPERTIES = sorted(facts.PROPERTY_DIMENSIONS)
_WITH_ALL_KEYS = [f"{fact}_{state}" for fact in facts.ROLLED_UP for state in ("today", "detail")]

_SEALED_UNTIL = "sealed_until AS (SELECT site, max(last) AS until FROM sealed GROUP BY site)"
# Late rows change the sums of days at once and are sealed within a day: until then their periods are left to `DETAIL`.
_SETTLED = f"""{_SEALED_UNTIL},
late AS (
{_each(_WITH_ALL_KEYS, "SELECT DISTINCT site, day FROM <name> JOIN sealed_until USING (site) WHERE day <= until")}
),
periods AS (
  SELECT site, first, last, min(k) AS k, count(*) AS sealings FROM sealed
  WHERE NOT EXISTS (SELECT day FROM late WHERE late.site = sealed.site AND day BETWEEN first AND last)
  GROUP BY ALL
),
days AS (
  SELECT site, first, last, k, sealings, CAST(unnest(generate_series(first, last, INTERVAL 1 DAY)) AS DATE) AS day FROM periods
)"""
_DAY_TOTALS = "totals AS (SELECT site, day, sum(visits) AS visits FROM visits_daily WHERE dimension = '' GROUP BY ALL)"
_TELL_ONE = f"HAVING count(*) > 0 ORDER BY ALL LIMIT {PLACES_MAX}"
_TELL = f"GROUP BY ALL ORDER BY ALL LIMIT {PLACES_MAX}"


def _pairs(number: str = "visits") -> str:
    keys = "site, dimension, other, value, other_value, first, last"
    rows = _each_fact(f"SELECT '<name>' AS fact, {keys}, {number} AS number FROM <name>_pairs")
    return f"pairs AS (\n{rows}\n)"


def _single(grain: str, number: str = "visits") -> str:
    """The rows of one dimension, by day ("daily") or by month ("monthly"; `day` is its first)."""
    rows = _each_fact(f"SELECT '<name>' AS fact, site, dimension, day, value, {number} AS number FROM <name>_{grain}")
    return f"{grain} AS (\n{rows}\n)"


def _each_fact(statement: str) -> str:
    """A SELECT of each fact; <number> becomes what each of its rows has at least one of."""
    return " UNION ALL\n".join(_each([fact], statement.replace("<number>", _NUMBER[fact])) for fact in facts.ROLLED_UP)


GROUPS = f"""/* groups */
WITH periods AS (SELECT site, first, last, min(k) AS k FROM sealed GROUP BY ALL),
{_pairs()}
SELECT fact || '_pairs' AS "table", site, first, last, dimension || ' × ' || other AS what, count(*) AS rows
FROM pairs JOIN periods USING (site, first, last)
WHERE number < k
{_TELL}"""

PAIRS = f"""/* pairs */
WITH known (fact, dimension, other) AS (VALUES
{_values(f"('{fact}', '{one}', '{other}')" for fact in facts.ROLLED_UP for one, other in facts.PAIRS[fact])}
),
{_pairs()}
SELECT fact || '_pairs' AS "table", site, first, last, dimension || ' × ' || other AS what, count(*) AS rows
FROM pairs
WHERE (fact, dimension, other) NOT IN (SELECT fact, dimension, other FROM known)
   OR (site, first, last) NOT IN (SELECT site, first, last FROM sealed)
GROUP BY ALL
UNION ALL
SELECT 'sealed' AS "table", site, first, last, 'period' AS what, count(*) AS rows
FROM sealed
WHERE k < 2 OR NOT (first = last OR (first = date_trunc('month', first) AND last = last_day(first)))
{_TELL}"""

REMAINDERS = f"""/* remainders */
WITH {_SETTLED},
{_pairs("<number>")},
{_single("daily", "<number>")},
{_single("monthly", "<number>")},
kept AS (
  SELECT fact, site, first, last, dimension, other, value, sum(number) AS number
  FROM pairs JOIN periods USING (site, first, last) GROUP BY ALL UNION ALL
  SELECT fact, site, first, last, other, dimension, other_value, sum(number)
  FROM pairs JOIN periods USING (site, first, last) GROUP BY ALL
),
alone AS (SELECT fact, site, first, last, k, day, dimension, value, number FROM daily JOIN days USING (site, day) WHERE first = last),
margins AS (
  SELECT fact, site, first, last, k, dimension, value, sum(number) AS number FROM (
    SELECT fact, site, first, last, k, dimension, value, number FROM alone UNION ALL
    SELECT fact, site, first, last, k, dimension, value, number FROM monthly JOIN days USING (site, day) WHERE first < last UNION ALL
    SELECT fact, site, days.first, days.last, days.k, dimension, value, -number
    FROM alone JOIN days USING (site, day) WHERE days.first < days.last
  ) GROUP BY ALL
)
SELECT fact || '_pairs' AS "table", site, first, last, dimension || ' × ' || other AS what, count(*) AS rows
FROM kept LEFT JOIN margins USING (fact, site, first, last, dimension, value)
WHERE (k IS NULL OR margins.number - kept.number < 0 OR margins.number - kept.number BETWEEN 1 AND k - 1)
  AND NOT (other IN ({_texts(_OF_PROPERTIES)}) AND dimension NOT IN ({_texts(_OF_PROPERTIES)}))
{_TELL}"""

DETAIL = f"""/* detail */
WITH {_SEALED_UNTIL},
detail AS (
{_each(_WITH_ALL_KEYS, "SELECT '<name>' AS name, site, day FROM <name>")}
)
SELECT name AS "table", site, min(day) AS first, max(day) AS last, 'all dimensions' AS what, count(*) AS rows
FROM detail JOIN sealed_until USING (site)
WHERE day <= until
GROUP BY ALL
UNION ALL
SELECT 'meta' AS "table", NULL AS site, NULL AS first, NULL AS last, 'deleted rows are still in the file' AS what, count(*) AS rows
FROM meta
WHERE name = '{DELETED}'
{_TELL_ONE}"""

FLOWS = f"""/* flows */
SELECT table_name AS "table", NULL::INTEGER AS site, NULL::DATE AS first, NULL::DATE AS last, column_name AS what, count(*) AS rows
FROM duckdb_columns()
WHERE NOT internal AND table_name IN ('steps', 'dropped') AND column_name IN (
{_values(f"'{name}'" for name in (*_HIDDEN, *facts.GROUPS))}
)
GROUP BY ALL
UNION ALL
SELECT 'live' AS "table", site, NULL AS first, NULL AS last, 'minute' AS what, count(*) AS rows
FROM live
WHERE minute < (SELECT max(minute) FROM live) - {LIVE_MINUTES_MAX}
{_TELL}"""

DAYS = f"""/* days */
WITH {_SETTLED},
{_single("daily")},
{_DAY_TOTALS},
quiet AS (SELECT site, day FROM days LEFT JOIN totals USING (site, day) WHERE coalesce(visits, 0) < k GROUP BY ALL)
SELECT fact || '_daily' AS "table", site, day AS first, day AS last, dimension AS what, count(*) AS rows
FROM daily JOIN quiet USING (site, day)
WHERE value <> '{facts.RARE}' AND dimension IN (
{_values(f"'{name}'" for name in _HIDDEN)}
) AND NOT EXISTS (SELECT name FROM meta WHERE name = '{DELETED}')
{_TELL}"""

# The smallest group of each month of which anything is sealed.
_SMALLEST = "smallest AS (SELECT site, CAST(date_trunc('month', first) AS DATE) AS day, min(k) AS k FROM sealed GROUP BY ALL)"

MONTHS = f"""/* months */
WITH {_single("daily")},
{_single("monthly")},
{_SMALLEST},
differences AS (
  SELECT fact, site, dimension, day, value, sum(number) AS number FROM (
    FROM monthly UNION ALL
    SELECT fact, site, dimension, CAST(date_trunc('month', day) AS DATE) AS day, value, -number FROM daily
    WHERE (fact, site, dimension, date_trunc('month', day)) IN (SELECT fact, site, dimension, day FROM monthly)
  ) GROUP BY ALL
),
months AS (
  SELECT fact, site, dimension, day, sum(number) AS changed, coalesce(sum(number) FILTER (value <> '{facts.RARE}'), 0) AS more
  FROM differences WHERE dimension <> 'segment' GROUP BY ALL
),
groups AS (SELECT site, dimension, day, more AS visits FROM months WHERE fact = 'visits')
SELECT fact || '_monthly' AS "table", site, day AS first, last_day(day) AS last, dimension AS what, count(*) AS rows
FROM months LEFT JOIN smallest USING (site, day) LEFT JOIN groups USING (site, dimension, day)
WHERE changed <> 0 OR (more <> 0 AND (
  k IS NULL OR coalesce(groups.visits, 0) < k OR dimension NOT IN (
{_values(f"'{name}'" for name in _HIDDEN)}
)))
{_TELL}"""

SEGMENTS = f"""/* segments */
WITH {_SETTLED},
{_DAY_TOTALS},
{_SMALLEST},
told AS (SELECT site, day, value, sum(visits) AS visits FROM visits_daily WHERE dimension = 'segment' GROUP BY ALL),
together AS (
  SELECT site, day, value, sum(visits) AS visits FROM (
    SELECT site, day, value, visits FROM visits_monthly WHERE dimension = 'segment' UNION ALL
    SELECT site, CAST(date_trunc('month', day) AS DATE) AS day, value, -visits FROM told
  ) GROUP BY ALL
)
SELECT 'visits_daily' AS "table", site, day AS first, day AS last, 'segment' AS what, count(*) AS rows
FROM told JOIN days USING (site, day) LEFT JOIN totals USING (site, day)
WHERE told.visits < 0 OR told.visits BETWEEN 1 AND k - 1
   OR (sealings = 1 AND (coalesce(totals.visits, 0) - told.visits < 0 OR totals.visits - told.visits BETWEEN 1 AND k - 1))
GROUP BY ALL
UNION ALL
SELECT 'visits_monthly' AS "table", site, day AS first, last_day(day) AS last, 'segment' AS what, count(*) AS rows
FROM together LEFT JOIN smallest USING (site, day)
WHERE k IS NULL OR visits < 0 OR visits BETWEEN 1 AND k - 1
{_TELL}"""


def _known(table: str, columns: tuple[Column, ...]) -> str:
    listed = _values(f"'{column.name} {SQL_TYPE[column.kind].split()[0]}'" for column in columns)
    return f"    ('{table}', [\n{listed}\n    ])"


_KNOWN = ",\n".join(_known(table, columns) for table, columns in TABLES.items())
COLUMNS = f"""/* columns */
WITH known (name, columns) AS (VALUES
{_KNOWN}
),
listed AS (SELECT name, unnest(columns) AS listed FROM known)
SELECT table_name AS "table", NULL::INTEGER AS site, NULL::DATE AS first, NULL::DATE AS last,
  column_name || ' ' || data_type AS what, count(*) AS rows
FROM duckdb_columns()
WHERE NOT internal AND (table_name, column_name || ' ' || data_type) NOT IN (SELECT name, listed FROM listed)
GROUP BY ALL
UNION ALL
SELECT 'meta' AS "table", NULL::INTEGER AS site, NULL::DATE AS first, NULL::DATE AS last, 'name' AS what, count(*) AS rows
FROM meta
WHERE name NOT IN ('schema_version', 'lineage', '{DELETED}')
{_TELL_ONE}"""


def _text_columns() -> Iterator[str]:
    """A SELECT of each column's distinct texts, with what they are."""
    for table, columns in TABLES.items():
        for column in columns:
            if column.kind == "text" and table not in NOT_READ:
                yield f"  SELECT '{table}' AS name, {_kind(table, column)} AS kind, {column.quoted} AS said FROM {table} GROUP BY ALL"


def _kind(table: str, column: Column) -> str:
    """What the texts of a column are: in daily and pair rows another column tells that."""
    told_by = {"value": "dimension", "other_value": "other"} if table.endswith(("_daily", "_monthly", "_pairs")) else {}
    return told_by.get(column.name, f"'{column.name}'")


_TEXT_COLUMNS = " UNION ALL\n".join(_text_columns())
TEXTS = f"""/* texts */
WITH texts AS (
{_TEXT_COLUMNS}
),
looked_at AS (
  SELECT name, kind, said, CASE kind WHEN 'referrer' THEN regexp_replace(said, '^[^/]*', '') ELSE said END AS words
  FROM texts
)
SELECT name AS "table", NULL::INTEGER AS site, NULL::DATE AS first, NULL::DATE AS last, kind AS what, count(*) AS rows
FROM looked_at
WHERE regexp_matches(said, '{_AGENT}')
   OR (kind NOT IN ({_texts(HOSTS)}) AND (
        regexp_matches(words, '{_IPV4}')
     OR regexp_matches(words, '{_IPV6}')))
   OR (kind NOT IN ({_texts((*HOSTS, *OWN_WORDS))}) AND
        regexp_matches(words, '{_HEX}'))
{_TELL}"""

# How many rows there are to look at.
ROWS = "/* rows */ SELECT sum(rows) FROM (\n" + _each(TABLES, 'SELECT count(*) AS rows FROM "<name>"') + "\n)"
