-- stats: events by event:props:*
WITH scan_0 AS MATERIALIZED (
  SELECT "value", sum(events) AS events
  FROM (SELECT * FROM events_detail UNION ALL BY NAME SELECT * FROM events_today)
  WHERE site = ? AND day BETWEEN ? AND ? AND property = ? AND "event" = ?
  GROUP BY "value")
SELECT 0 AS q, row_number() OVER (ORDER BY m0 DESC, d0) AS rank, count(*) OVER () AS total, d0, m0
  FROM (SELECT d0, sum(m0) AS m0 FROM (
    SELECT scan_0."value" AS d0, scan_0.events AS m0 FROM scan_0) GROUP BY d0 HAVING sum(m0) <> 0)
  QUALIFY rank > ? AND rank <= ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'plan'
-- ? 'Sign up'
-- ? 0
-- ? 10000
