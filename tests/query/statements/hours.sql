-- stats: visitors by time:hour
WITH sums AS (
  SELECT q, t, CAST(sum(m0) AS BIGINT) AS m0 FROM (
    SELECT q, CAST(bucket AS VARCHAR) AS t, visitors AS m0
    FROM (
      SELECT value, day + to_hours(TRY_CAST(value AS INTEGER)) AS bucket, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM visits_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND (day > ? OR value >= ?) AND (day < ? OR value <= ?)
      GROUP BY value, bucket) JOIN (VALUES (0)) AS asked(q) ON TRUE
    UNION ALL SELECT q, CAST(by_hour AS VARCHAR) AS t, s.visitors AS m0
    FROM (
      SELECT GROUPING_ID("by_hour") AS g, day + to_hours(CAST(hour AS INTEGER)) AS by_hour, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM visits_today
      WHERE site = ? AND day BETWEEN ? AND ? AND (day > ? OR hour >= ?) AND (day < ? OR hour <= ?)
      GROUP BY GROUPING SETS (("by_hour"))) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t
  HAVING sum(m0) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY t ASC NULLS LAST, m0 DESC NULLS LAST, t) AS rank, count(*) OVER (PARTITION BY q) AS total, t, m0
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 30)
-- ? datetime.date(2026, 3, 31)
-- ? 'hour'
-- ? datetime.date(2026, 3, 30)
-- ? '16'
-- ? datetime.date(2026, 3, 31)
-- ? '15'
-- ? 7
-- ? datetime.date(2026, 3, 30)
-- ? datetime.date(2026, 3, 31)
-- ? datetime.date(2026, 3, 30)
-- ? 16
-- ? datetime.date(2026, 3, 31)
-- ? 15
-- ? 0
-- ? 10000
