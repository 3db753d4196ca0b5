-- stats: visitors
WITH scan_0 AS MATERIALIZED (
  SELECT dimension, value, sum(visitors) AS visitors
  FROM pages_daily
  WHERE site = ? AND dimension IN (?) AND day BETWEEN ? AND ? AND (regexp_matches(value, ?) OR regexp_matches(value, ?) OR lower(value) = lower(?))
  GROUP BY dimension, value),
scan_1 AS MATERIALIZED (
  SELECT sum(visitors) AS visitors
  FROM pages_today
  WHERE site = ? AND day BETWEEN ? AND ? AND (regexp_matches("page", ?) OR regexp_matches("page", ?) OR lower("page") = lower(?)))
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC) AS rank, count(*) OVER () AS total, m0
  FROM (SELECT sum(m0) AS m0 FROM (
    SELECT scan_0.visitors AS m0 FROM scan_0 WHERE dimension = ?
    UNION ALL SELECT scan_1.visitors AS m0 FROM scan_1) HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? 'page'
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? '(?is)^/blog/.*$'
-- ? '(?is)^/.*/a$'
-- ? '/'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? '(?is)^/blog/.*$'
-- ? '(?is)^/.*/a$'
-- ? '/'
-- ? 'page'
-- ? 0
-- ? 10000
