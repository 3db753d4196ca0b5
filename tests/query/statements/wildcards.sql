-- stats: visitors
SELECT CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT "visitors" AS m0 FROM pages_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND (regexp_matches(value, ?) OR regexp_matches(value, ?) OR lower(value) = lower(?))
  UNION ALL SELECT "visitors" AS m0 FROM pages_today WHERE site = ? AND day BETWEEN ? AND ? AND (regexp_matches("page", ?) OR regexp_matches("page", ?) OR lower("page") = lower(?)))
HAVING sum(m0) <> 0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'page'
-- ? '(?is)^/blog/.*$'
-- ? '(?is)^/.*/a$'
-- ? '/'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? '(?is)^/blog/.*$'
-- ? '(?is)^/.*/a$'
-- ? '/'
-- ? 10000
-- ? 0
