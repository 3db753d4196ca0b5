-- stats: visitors, exit_rate by event:page
WITH scan_0 AS MATERIALIZED (
  SELECT dimension, value, sum(visitors) AS visitors, sum(pageviews) AS pageviews
  FROM pages_daily
  WHERE site = ? AND dimension IN (?) AND day BETWEEN ? AND ?
  GROUP BY dimension, value),
scan_1 AS MATERIALIZED (
  SELECT "page", sum(visitors) AS visitors, sum(pageviews) AS pageviews
  FROM pages_today
  WHERE site = ? AND day BETWEEN ? AND ?
  GROUP BY "page"),
scan_2 AS MATERIALIZED (
  SELECT dimension, value, sum(visits) AS visits
  FROM visits_daily
  WHERE site = ? AND dimension IN (?) AND day BETWEEN ? AND ?
  GROUP BY dimension, value),
scan_3 AS MATERIALIZED (
  SELECT "exit_page", sum(visits) AS visits
  FROM visits_today
  WHERE site = ? AND day BETWEEN ? AND ?
  GROUP BY "exit_page")
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0, m1, m2
  FROM (SELECT d0, sum(m0) AS m0, sum(m1) AS m1, sum(m2) AS m2 FROM (
    SELECT scan_0.value AS d0, scan_0.visitors AS m0, 0 AS m1, scan_0.pageviews AS m2 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT scan_1."page" AS d0, scan_1.visitors AS m0, 0 AS m1, scan_1.pageviews AS m2 FROM scan_1
    UNION ALL SELECT scan_2.value AS d0, 0 AS m0, scan_2.visits AS m1, 0 AS m2 FROM scan_2 WHERE dimension = ?
    UNION ALL SELECT scan_3."exit_page" AS d0, 0 AS m0, scan_3.visits AS m1, 0 AS m2 FROM scan_3) GROUP BY d0 HAVING sum(m0) <> 0 OR sum(m1) <> 0 OR sum(m2) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? 'page'
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? 'exit_page'
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'page'
-- ? 'exit_page'
-- ? 0
-- ? 9
