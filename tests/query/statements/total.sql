-- stats: visitors, bounce_rate
SELECT CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(m2) AS BIGINT) AS s2
FROM (
  SELECT "visitors" AS m0, "bounces" AS m1, "visits" AS m2 FROM visits_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
  UNION ALL SELECT "visitors" AS m0, "bounces" AS m1, "visits" AS m2 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ?)
HAVING sum(m0) <> 0 OR sum(m1) <> 0 OR sum(m2) <> 0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? ''
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 10000
-- ? 0
