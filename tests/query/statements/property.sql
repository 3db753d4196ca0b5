-- stats: events by event:props:*
WITH sums AS (
  SELECT q, t, d0, CAST(sum(m0) AS BIGINT) AS m0 FROM (
    SELECT q, '' AS t, s."value" AS d0, s.events AS m0
    FROM (
      SELECT GROUPING_ID("value") AS g, "value", CAST(sum(events) AS BIGINT) AS events
      FROM (SELECT * FROM events_detail UNION ALL BY NAME SELECT * FROM events_today)
      WHERE site = ? AND day BETWEEN ? AND ? AND property = ? AND "event" = ?
      GROUP BY GROUPING SETS (("value"))) AS s JOIN (VALUES (0, 0)) AS asked(q, g) USING (g))
  GROUP BY q, t, d0
  HAVING sum(m0) <> 0)
SELECT q, row_number() OVER (PARTITION BY q ORDER BY m0 DESC NULLS LAST, t, d0) AS rank, count(*) OVER (PARTITION BY q) AS total, t, d0, m0
  FROM sums
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'plan'
-- ? 'Sign up'
-- ? 0
-- ? 10000
