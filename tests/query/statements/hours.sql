-- stats: visitors by time:hour
SELECT CAST(d0 AS VARCHAR) AS d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT day + to_hours(TRY_CAST(value AS INTEGER)) AS d0, "visitors" AS m0 FROM visits_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND (day > ? OR value >= ?) AND (day < ? OR value <= ?)
  UNION ALL SELECT day + to_hours(CAST(hour AS INTEGER)) AS d0, "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ? AND (day > ? OR hour >= ?) AND (day < ? OR hour <= ?))
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY d0 ASC NULLS LAST, s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
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
-- ? 10000
-- ? 0
