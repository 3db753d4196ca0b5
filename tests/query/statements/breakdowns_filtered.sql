-- stats: visitors by visit:source; visitors by visit:channel; visitors by time:week
WITH sums AS (
  SELECT q, t, d0, CAST(sum(m0) AS BIGINT) AS m0 FROM (
    SELECT q, '' AS t, CASE WHEN q IN (0) THEN acquisition."source" WHEN q IN (1) THEN acquisition."channel" ELSE '' END AS d0, s.visitors AS m0
    FROM (
      SELECT GROUPING_ID("acquisition") AS g, "acquisition", CAST(sum(visitors) AS BIGINT) AS visitors
      FROM (SELECT * FROM visits_detail UNION ALL BY NAME SELECT * FROM visits_today)
      WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?)
      GROUP BY GROUPING SETS (("acquisition"))) AS s JOIN (VALUES (0, 0), (1, 0)) AS asked(q, g) USING (g) LEFT JOIN acquisition ON acquisition.id = s.acquisition
    UNION ALL SELECT q, CAST(bucket AS VARCHAR) AS t, '' AS d0, visitors AS m0
    FROM (
      SELECT value, CAST(date_trunc('week', day) AS DATE) AS bucket, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM visits_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value = ?
      GROUP BY value, bucket) JOIN (VALUES (2)) AS asked(q) ON TRUE
    UNION ALL SELECT q, CAST(by_week AS VARCHAR) AS t, '' AS d0, s.visitors AS m0
    FROM (
      SELECT GROUPING_ID("by_week") AS g, CAST(date_trunc('week', day) AS DATE) AS by_week, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM visits_today
      WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?)
      GROUP BY GROUPING SETS (("by_week"))) AS s JOIN (VALUES (2, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t, d0
  HAVING sum(m0) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY CASE WHEN q IN (0, 1) THEN m0 END DESC NULLS LAST, CASE WHEN q IN (2) THEN t END ASC NULLS LAST, CASE WHEN q IN (2) THEN m0 END DESC NULLS LAST, t, d0) AS rank, count(*) OVER (PARTITION BY q) AS total, t, d0, m0
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'device'
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 0
-- ? 10000
