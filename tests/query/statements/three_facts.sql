-- stats: visitors by visit:country, time:day, event:page, visit:os
SELECT d0, CAST(d1 AS VARCHAR) AS d1, d2, d3, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(sum(m1)) FILTER (WHERE d0 = '(rare)' OR d2 = '(rare)' OR d3 = '(rare)') OVER () AS BIGINT) AS withheld
FROM (
  SELECT CASE WHEN told THEN d0 ELSE '(rare)' END AS d0, d1, CASE WHEN told THEN d2 ELSE '(rare)' END AS d2, CASE WHEN told THEN d3 ELSE '(rare)' END AS d3, m0, m1 FROM (SELECT *, (d0, d2) IN (SELECT (d0, d1) FROM (SELECT d0, d1, sum(m0) AS m0 FROM (SELECT place."country" AS d0, k1 AS d1, m0 AS m0 FROM (SELECT k0, k1, sum(m0) AS m0 FROM (SELECT place AS k0, "page" AS k1, "visits" AS m0 FROM pages_detail WHERE site = ? AND day BETWEEN ? AND ? UNION ALL SELECT place AS k0, "page" AS k1, "visits" AS m0 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ?) GROUP BY k0, k1) JOIN place ON place.id = k0) GROUP BY d0, d1) GROUP BY d0, d1 HAVING max(m0) >= ?) AS told FROM (
  SELECT place."country" AS d0, k1 AS d1, k2 AS d2, device."os" AS d3, m0 AS m0, m1 AS m1 FROM (SELECT k0, k1, k2, k3, sum(m0) AS m0, sum(m1) AS m1 FROM (SELECT place AS k0, day AS k1, "page" AS k2, device AS k3, "visitors" AS m0, "visits" AS m1 FROM pages_detail WHERE site = ? AND day BETWEEN ? AND ? UNION ALL SELECT place AS k0, day AS k1, "page" AS k2, device AS k3, "visitors" AS m0, "visits" AS m1 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ?) GROUP BY k0, k1, k2, k3) JOIN place ON place.id = k0 JOIN device ON device.id = k3)))
GROUP BY d0, d1, d2, d3
HAVING sum(m0) <> 0
ORDER BY d1 ASC NULLS LAST, s0 DESC NULLS LAST, d0, d1, d2, d3
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 10
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 10000
-- ? 0
