-- stats: visitors by visit:browser
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(sum(m1)) FILTER (WHERE d0 = '(rare)') OVER () AS BIGINT) AS withheld
FROM (
  SELECT other_value AS d0, "visitors" AS m0, "visits" AS m1 FROM visits_pairs WHERE site = ? AND dimension = ? AND other = ? AND "first" BETWEEN ? AND ? AND value = ?
  UNION ALL SELECT '(rare)' AS d0, "visitors" AS m0, "visits" AS m1 FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value <> ? AND value = ?
  UNION ALL SELECT '(rare)' AS d0, -"visitors" AS m0, -"visits" AS m1 FROM visits_pairs WHERE site = ? AND dimension = ? AND other = ? AND "first" BETWEEN ? AND ? AND value = ?
  UNION ALL SELECT device."browser" AS d0, m0 AS m0, m1 AS m1 FROM (SELECT k0, sum(m0) AS m0, sum(m1) AS m1 FROM (SELECT device AS k0, "visitors" AS m0, "visits" AS m1 FROM visits_detail WHERE site = ? AND day BETWEEN ? AND ? AND place IN (SELECT id FROM place WHERE "country" = ?) UNION ALL SELECT device AS k0, "visitors" AS m0, "visits" AS m1 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ? AND place IN (SELECT id FROM place WHERE "country" = ?)) GROUP BY k0) JOIN device ON device.id = k0)
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? 'country'
-- ? 'browser'
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'FI'
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'country'
-- ? '(rare)'
-- ? 'FI'
-- ? 7
-- ? 'country'
-- ? 'browser'
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'FI'
-- ? 7
-- ? datetime.date(2026, 3, 1)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? 10000
-- ? 0


-- stats: withheld at most
SELECT sum(visits) FROM (SELECT visits FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value = ?);
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'country'
-- ? '(rare)'
