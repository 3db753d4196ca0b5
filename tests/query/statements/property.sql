-- stats: events by event:props:*
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT "value" AS d0, "events" AS m0 FROM events_detail WHERE site = ? AND day BETWEEN ? AND ? AND property = ? AND "event" = ?
  UNION ALL SELECT "value" AS d0, "events" AS m0 FROM events_today WHERE site = ? AND day BETWEEN ? AND ? AND property = ? AND "event" = ?)
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'plan'
-- ? 'Sign up'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'plan'
-- ? 'Sign up'
-- ? 10000
-- ? 0
