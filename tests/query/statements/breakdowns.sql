-- stats: visitors by visit:source; visitors by visit:channel; visitors by visit:os
WITH scan_0 AS MATERIALIZED (
  SELECT dimension, value, sum(visitors) AS visitors
  FROM visits_daily
  WHERE site = ? AND dimension IN (?, ?, ?) AND day BETWEEN ? AND ?
  GROUP BY dimension, value),
scan_1 AS MATERIALIZED (
  SELECT GROUPING_ID("acquisition", "device") AS g, "acquisition", "device", sum(visitors) AS visitors
  FROM visits_today
  WHERE site = ? AND day BETWEEN ? AND ?
  GROUP BY GROUPING SETS (("acquisition"), ("device")))
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT scan_0.value AS d0, scan_0.visitors AS m0 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT acquisition."source" AS d0, scan_1.visitors AS m0 FROM scan_1 JOIN acquisition ON acquisition.id = scan_1.acquisition WHERE g = 1) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?
UNION ALL
SELECT 1 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT scan_0.value AS d0, scan_0.visitors AS m0 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT acquisition."channel" AS d0, scan_1.visitors AS m0 FROM scan_1 JOIN acquisition ON acquisition.id = scan_1.acquisition WHERE g = 1) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?
UNION ALL
SELECT 2 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT scan_0.value AS d0, scan_0.visitors AS m0 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT device."os" AS d0, scan_1.visitors AS m0 FROM scan_1 JOIN device ON device.id = scan_1.device WHERE g = 2) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? 'source'
-- ? 'channel'
-- ? 'os'
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'source'
-- ? 0
-- ? 9
-- ? 'channel'
-- ? 0
-- ? 9
-- ? 'os'
-- ? 0
-- ? 9
