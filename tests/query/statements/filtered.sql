-- stats: visitors
WITH scan_0 AS MATERIALIZED (
  SELECT sum(visitors) AS visitors
  FROM (SELECT * FROM visits_detail UNION ALL BY NAME SELECT * FROM visits_today)
  WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" IN (?, ?, ?)) AND NOT (acquisition IN (SELECT id FROM acquisition WHERE regexp_matches("source", ?)))))
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC) AS rank, count(*) OVER () AS total, m0
  FROM (SELECT sum(m0) AS m0 FROM (
    SELECT scan_0.visitors AS m0 FROM scan_0) HAVING sum(m0) <> 0)
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
