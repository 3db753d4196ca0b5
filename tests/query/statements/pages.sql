-- stats: visitors, exit_rate by event:page
WITH sums AS (
  SELECT q, t, d0, CAST(sum(m0) AS BIGINT) AS m0, CAST(sum(m1) AS BIGINT) AS m1, CAST(sum(m2) AS BIGINT) AS m2 FROM (
    SELECT q, '' AS t, value AS d0, visitors AS m0, 0 AS m1, pageviews AS m2
    FROM (
      SELECT value, CAST(sum(visitors) AS BIGINT) AS visitors, CAST(sum(pageviews) AS BIGINT) AS pageviews
      FROM pages_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
      GROUP BY value) JOIN (VALUES (0)) AS asked(q) ON TRUE
    UNION ALL SELECT q, '' AS t, s."page" AS d0, s.visitors AS m0, 0 AS m1, s.pageviews AS m2
    FROM (
      SELECT GROUPING_ID("page") AS g, "page", CAST(sum(visitors) AS BIGINT) AS visitors, CAST(sum(pageviews) AS BIGINT) AS pageviews
      FROM pages_today
      WHERE site = ? AND day BETWEEN ? AND ?
      GROUP BY GROUPING SETS (("page"))) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g)
    UNION ALL SELECT q, '' AS t, value AS d0, 0 AS m0, visits AS m1, 0 AS m2
    FROM (
      SELECT value, CAST(sum(visits) AS BIGINT) AS visits
      FROM visits_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
      GROUP BY value) JOIN (VALUES (0)) AS asked(q) ON TRUE
    UNION ALL SELECT q, '' AS t, s."exit_page" AS d0, 0 AS m0, s.visits AS m1, 0 AS m2
    FROM (
      SELECT GROUPING_ID("exit_page") AS g, "exit_page", CAST(sum(visits) AS BIGINT) AS visits
      FROM visits_today
      WHERE site = ? AND day BETWEEN ? AND ?
      GROUP BY GROUPING SETS (("exit_page"))) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t, d0
  HAVING sum(m0) <> 0 OR sum(m1) <> 0 OR sum(m2) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY m0 DESC NULLS LAST, t, d0) AS rank, count(*) OVER (PARTITION BY q) AS total, t, d0, m0, m1, m2
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
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
-- ? 0
-- ? 9
