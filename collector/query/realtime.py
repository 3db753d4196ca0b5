"""Who is here now: the last 5 and the last 30 minutes, from the live rows.

A visit stands in the minute of its last sign of life only (a later one takes back the earlier), so the visitors of
several minutes add up to the visits that were alive in them.
"""

from typing import Any

from collector.facts import BY_NAME
from collector.query.history import Run
from collector.query.words import Caller, SiteView

CURRENT_MINUTES = 5
SHOWN_MINUTES = 30
TOP_ROWS = 9

_TOP = ("page", "source", "country")
_SETS = f"GROUPING SETS (({'), ('.join(('minute', *_TOP))}))"
_SQL = f"""-- realtime: by minute and top {TOP_ROWS}
SELECT minute, {", ".join(_TOP)}, sum(visitors) AS visitors, sum(pageviews) AS pageviews,
  row_number() OVER (PARTITION BY GROUPING_ID({", ".join(_TOP)}) ORDER BY sum(visitors) DESC, {", ".join(_TOP)}) AS rank
FROM live WHERE site = ? AND minute BETWEEN ? AND ?
GROUP BY {_SETS} HAVING sum(visitors) <> 0 OR sum(pageviews) <> 0
QUALIFY minute IS NOT NULL OR rank <= {TOP_ROWS}"""  # noqa: S608 every word is from this file


def realtime(site: SiteView, now_s: float, run: Run, caller: Caller) -> dict[str, Any]:
    """`{"visitors": last 5 minutes, "minutes": [{"minutes_ago", "visitors", "pageviews"}…], "pages": […], …}`.

    `minutes` has SHOWN_MINUTES entries, oldest first, the present minute last. `pages`, `sources` and `countries` are
    `{"name", "visitors", "pageviews"}` of those minutes, most visitors first; a public caller gets none, because two looks a
    moment apart tell what one visitor did.
    """
    now = int(now_s) // 60
    rows = run(_SQL, (site.id, now - SHOWN_MINUTES + 1, now))
    by_minute = {row[0]: (int(row[4]), int(row[5])) for row in rows if row[0] is not None}
    minutes = [_minute(ago, *by_minute.get(now - ago, (0, 0))) for ago in reversed(range(SHOWN_MINUTES))]
    tops = [] if caller.public else rows
    return {
        "visitors": sum(minute["visitors"] for minute in minutes[-CURRENT_MINUTES:]),
        "minutes": minutes,
        "pages": _top(tops, "page"),
        "sources": _top(tops, "source"),
        "countries": _top(tops, "country"),
    }


def _minute(ago: int, visitors: int, pageviews: int) -> dict[str, int]:
    return {"minutes_ago": ago, "visitors": visitors, "pageviews": pageviews}


def _top(rows: list[tuple[Any, ...]], name: str) -> list[dict[str, Any]]:
    place = 1 + _TOP.index(name)
    found = sorted((row for row in rows if row[0] is None and row[place] is not None), key=lambda row: row[6])
    return [{"name": row[place] or BY_NAME[name].empty, "visitors": int(row[4]), "pageviews": int(row[5])} for row in found]
