-- stats: visits by event:page
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT "page" AS d0, "visits" AS m0 FROM pages_detail WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND contains("page", ?))
  UNION ALL SELECT "page" AS d0, "visits" AS m0 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND contains("page", ?)))
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '/a'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '/a'
-- ? 1
-- ? 0


-- stats: visitors by visit:source
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(sum(m1)) FILTER (WHERE d0 = '(rare)') OVER () AS BIGINT) AS withheld
FROM (
  SELECT CASE WHEN told THEN d0 ELSE '(rare)' END AS d0, m0, m1 FROM (SELECT *, FALSE AS told FROM (
  SELECT acquisition."source" AS d0, m0 AS m0, m1 AS m1 FROM (SELECT k0, sum(m0) AS m0, sum(m1) AS m1 FROM (SELECT acquisition AS k0, "visitors" AS m0, "visits" AS m1 FROM pages_detail WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND contains("page", ?)) UNION ALL SELECT acquisition AS k0, "visitors" AS m0, "visits" AS m1 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND contains("page", ?))) GROUP BY k0) JOIN acquisition ON acquisition.id = k0)))
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '/a'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '/a'
-- ? 10000
-- ? 0


-- stats: visitors by visit:os
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(sum(m1)) FILTER (WHERE d0 = '(rare)') OVER () AS BIGINT) AS withheld
FROM (
  SELECT CASE WHEN told THEN d0 ELSE '(rare)' END AS d0, m0, m1 FROM (SELECT *, FALSE AS told FROM (
  SELECT device."os" AS d0, m0 AS m0, m1 AS m1 FROM (SELECT k0, sum(m0) AS m0, sum(m1) AS m1 FROM (SELECT device AS k0, "visitors" AS m0, "visits" AS m1 FROM pages_detail WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND contains("page", ?)) UNION ALL SELECT device AS k0, "visitors" AS m0, "visits" AS m1 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND contains("page", ?))) GROUP BY k0) JOIN device ON device.id = k0)))
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '/a'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '/a'
-- ? 10000
-- ? 0
