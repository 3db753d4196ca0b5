-- stats: visitors by visit:source; visitors by visit:channel; visitors by visit:os
WITH sums AS (
  SELECT q, t, d0, CAST(sum(m0) AS BIGINT) AS m0 FROM (
    SELECT q, '' AS t, value AS d0, visitors AS m0
    FROM (
      SELECT dimension, value, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM visits_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension IN (?, ?, ?)
      GROUP BY dimension, value) JOIN (VALUES (0, ?), (1, ?), (2, ?)) AS asked(q, dimension) USING (dimension)
    UNION ALL SELECT q, '' AS t, CASE WHEN q IN (0) THEN acquisition."source" WHEN q IN (1) THEN acquisition."channel" WHEN q IN (2) THEN device."os" ELSE '' END AS d0, s.visitors AS m0
    FROM (
      SELECT GROUPING_ID("acquisition", "device") AS g, "acquisition", "device", CAST(sum(visitors) AS BIGINT) AS visitors
      FROM visits_today
      WHERE site = ? AND day BETWEEN ? AND ?
      GROUP BY GROUPING SETS (("acquisition"), ("device"))) AS s JOIN (VALUES (0, 1), (1, 1), (2, 2)) AS asked(q, g) USING (g) LEFT JOIN acquisition ON acquisition.id = s.acquisition LEFT JOIN device ON device.id = s.device)
  GROUP BY q, t, d0
  HAVING sum(m0) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY m0 DESC NULLS LAST, t, d0) AS rank, count(*) OVER (PARTITION BY q) AS total, t, d0, m0
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'source'
-- ? 'channel'
-- ? 'os'
-- ? 'source'
-- ? 'channel'
-- ? 'os'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 0
-- ? 9
