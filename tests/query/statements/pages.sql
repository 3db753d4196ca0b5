-- stats: visitors, exit_rate by event:page
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(m2) AS BIGINT) AS s2
FROM (
  SELECT value AS d0, "visitors" AS m0, 0 AS m1, "pageviews" AS m2 FROM pages_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
  UNION ALL SELECT "page" AS d0, "visitors" AS m0, 0 AS m1, "pageviews" AS m2 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ?
  UNION ALL SELECT value AS d0, 0 AS m0, "visits" AS m1, 0 AS m2 FROM visits_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
  UNION ALL SELECT "exit_page" AS d0, 0 AS m0, "visits" AS m1, 0 AS m2 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ?)
GROUP BY d0
HAVING sum(m0) <> 0 OR sum(m1) <> 0 OR sum(m2) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'page'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'exit_page'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 9
-- ? 0
