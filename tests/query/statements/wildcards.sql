-- stats: visitors
WITH sums AS (
  SELECT q, t, CAST(sum(m0) AS BIGINT) AS m0 FROM (
    SELECT q, '' AS t, visitors AS m0
    FROM (
      SELECT value, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM pages_daily
      WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND (regexp_matches(value, ?) OR regexp_matches(value, ?) OR lower(value) = lower(?))
      GROUP BY value) JOIN (VALUES (0)) AS asked(q) ON TRUE
    UNION ALL SELECT q, '' AS t, s.visitors AS m0
    FROM (
      SELECT 0 AS g, CAST(sum(visitors) AS BIGINT) AS visitors
      FROM pages_today
      WHERE site = ? AND day BETWEEN ? AND ? AND (regexp_matches("page", ?) OR regexp_matches("page", ?) OR lower("page") = lower(?))) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t
  HAVING sum(m0) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY m0 DESC NULLS LAST, t) AS rank, count(*) OVER (PARTITION BY q) AS total, t, m0
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
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
-- ? 0
-- ? 10000
