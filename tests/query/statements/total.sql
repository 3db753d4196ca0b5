-- stats: visitors, bounce_rate
WITH scan_0 AS MATERIALIZED (
  SELECT dimension, value, sum(visitors) AS visitors, sum(bounces) AS bounces, sum(visits) AS visits
  FROM visits_daily
  WHERE site = ? AND dimension IN (?) AND day BETWEEN ? AND ?
  GROUP BY dimension, value),
scan_1 AS MATERIALIZED (
  SELECT sum(visitors) AS visitors, sum(bounces) AS bounces, sum(visits) AS visits
  FROM visits_today
  WHERE site = ? AND day BETWEEN ? AND ?)
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC) AS rank, count(*) OVER () AS total, m0, m1, m2
  FROM (SELECT sum(m0) AS m0, sum(m1) AS m1, sum(m2) AS m2 FROM (
    SELECT scan_0.visitors AS m0, scan_0.bounces AS m1, scan_0.visits AS m2 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT scan_1.visitors AS m0, scan_1.bounces AS m1, scan_1.visits AS m2 FROM scan_1) HAVING sum(m0) <> 0 OR sum(m1) <> 0 OR sum(m2) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? ''
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? ''
-- ? 0
-- ? 10000
