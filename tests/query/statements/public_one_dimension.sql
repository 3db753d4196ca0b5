-- stats: visitors by visit:country
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(sum(m1)) FILTER (WHERE d0 = '(rare)') OVER () AS BIGINT) AS withheld
FROM (
  SELECT value AS d0, "visitors" AS m0, "visits" AS m1 FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
  UNION ALL SELECT value AS d0, "visitors" AS m0, "visits" AS m1 FROM (SELECT * REPLACE (CASE WHEN day BETWEEN ? AND ? AND day NOT IN (SELECT day FROM visits_daily WHERE site = ? AND dimension = '' GROUP BY day HAVING sum(visits) >= ?) THEN '(rare)' ELSE value END AS value) FROM visits_daily) WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?)
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'country'
-- ? datetime.date(2026, 3, 1)
-- ? datetime.date(2026, 3, 30)
-- ? 7
-- ? 10
-- ? 7
-- ? datetime.date(2026, 3, 1)
-- ? datetime.date(2026, 3, 30)
-- ? 'country'
-- ? 10000
-- ? 0
