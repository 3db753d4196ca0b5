-- stats: visitors by time:hour
WITH scan_0 AS MATERIALIZED (
  SELECT day AS by_day, dimension, value, sum(visitors) AS visitors
  FROM visits_daily
  WHERE site = ? AND dimension IN (?) AND day BETWEEN ? AND ? AND (day > ? OR value >= ?) AND (day < ? OR value <= ?)
  GROUP BY dimension, value, by_day),
scan_1 AS MATERIALIZED (
  SELECT day + to_hours(CAST(hour AS INTEGER)) AS by_hour, sum(visitors) AS visitors
  FROM visits_today
  WHERE site = ? AND day BETWEEN ? AND ? AND (day > ? OR hour >= ?) AND (day < ? OR hour <= ?)
  GROUP BY "by_hour")
SELECT 0 AS q, row_number() OVER (ORDER BY d0 ASC, m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT CAST(by_day + to_hours(TRY_CAST(value AS INTEGER)) AS VARCHAR) AS d0, scan_0.visitors AS m0 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT CAST(scan_1.by_hour AS VARCHAR) AS d0, scan_1.visitors AS m0 FROM scan_1) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? 'hour'
-- ? datetime.date(2026, 3, 30)
-- ? datetime.date(2026, 3, 31)
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
-- ? 'hour'
-- ? 0
-- ? 10000
