-- stats: visitors
WITH sums AS (
  SELECT q, t, CAST(sum(m0) AS BIGINT) AS m0 FROM (
    SELECT q, '' AS t, s.visitors AS m0
    FROM (
      SELECT 0 AS g, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM (SELECT * FROM visits_detail UNION ALL BY NAME SELECT * FROM visits_today)
      WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" IN (?, ?, ?)) AND NOT (acquisition IN (SELECT id FROM acquisition WHERE regexp_matches("source", ?))))) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t
  HAVING sum(m0) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY m0 DESC NULLS LAST, t) AS rank, count(*) OVER (PARTITION BY q) AS total, t, m0
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '(unknown)'
-- ? ''
-- ? '^g'
-- ? 0
-- ? 10000
