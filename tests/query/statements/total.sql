-- stats: visitors, bounce_rate
WITH sums AS (
  SELECT q, t, CAST(sum(m0) AS BIGINT) AS m0, CAST(sum(m1) AS BIGINT) AS m1, CAST(sum(m2) AS BIGINT) AS m2 FROM (
    SELECT q, '' AS t, visitors AS m0, bounces AS m1, visits AS m2
    FROM (
      SELECT value, CAST(sum(visitors) AS BIGINT) AS visitors, CAST(sum(bounces) AS BIGINT) AS bounces, CAST(sum(visits) AS BIGINT) AS visits
      FROM visits_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
      GROUP BY value) JOIN (VALUES (0)) AS asked(q) ON TRUE
    UNION ALL SELECT q, '' AS t, s.visitors AS m0, s.bounces AS m1, s.visits AS m2
    FROM (
      SELECT 0 AS g, CAST(sum(visitors) AS BIGINT) AS visitors, CAST(sum(bounces) AS BIGINT) AS bounces, CAST(sum(visits) AS BIGINT) AS visits
      FROM visits_today
      WHERE site = ? AND day BETWEEN ? AND ?) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t
  HAVING sum(m0) <> 0 OR sum(m1) <> 0 OR sum(m2) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY m0 DESC NULLS LAST, t) AS rank, count(*) OVER (PARTITION BY q) AS total, t, m0, m1, m2
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? ''
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 0
-- ? 10000
