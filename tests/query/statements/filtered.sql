-- stats: visitors
SELECT CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT "visitors" AS m0 FROM visits_detail WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" IN (?, ?, ?)) AND NOT (acquisition IN (SELECT id FROM acquisition WHERE regexp_matches("source", ?))))
  UNION ALL SELECT "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" IN (?, ?, ?)) AND NOT (acquisition IN (SELECT id FROM acquisition WHERE regexp_matches("source", ?)))))
HAVING sum(m0) <> 0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '(unknown)'
-- ? ''
-- ? '^g'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? '(unknown)'
-- ? ''
-- ? '^g'
-- ? 10000
-- ? 0
