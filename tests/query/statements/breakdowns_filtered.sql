-- stats: visitors by visit:source; visitors by visit:channel; visitors by time:week
WITH scan_0 AS MATERIALIZED (
  SELECT "acquisition", sum(visitors) AS visitors
  FROM (SELECT * FROM visits_detail UNION ALL BY NAME SELECT * FROM visits_today)
  WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?)
  GROUP BY "acquisition"),
scan_1 AS MATERIALIZED (
  SELECT CAST(date_trunc('week', day) AS DATE) AS by_week, dimension, value, sum(visitors) AS visitors
  FROM visits_daily
  WHERE site = ? AND dimension IN (?) AND day BETWEEN ? AND ? AND value = ?
  GROUP BY dimension, value, by_week),
scan_2 AS MATERIALIZED (
  SELECT CAST(date_trunc('week', day) AS DATE) AS by_week, sum(visitors) AS visitors
  FROM visits_today
  WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?)
  GROUP BY "by_week")
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT acquisition."source" AS d0, scan_0.visitors AS m0 FROM scan_0 JOIN acquisition ON acquisition.id = scan_0.acquisition) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?
UNION ALL
SELECT 1 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT acquisition."channel" AS d0, scan_0.visitors AS m0 FROM scan_0 JOIN acquisition ON acquisition.id = scan_0.acquisition) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?
UNION ALL
SELECT 2 AS q, row_number() OVER (ORDER BY d0 ASC, m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT CAST(scan_1.by_week AS VARCHAR) AS d0, scan_1.visitors AS m0 FROM scan_1 WHERE dimension = ?
    UNION ALL SELECT CAST(scan_2.by_week AS VARCHAR) AS d0, scan_2.visitors AS m0 FROM scan_2) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 7
-- ? 'device'
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 0
-- ? 10000
-- ? 0
-- ? 10000
-- ? 'device'
-- ? 0
-- ? 10000
