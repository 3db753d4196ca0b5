-- stats: visitors by visit:source; visitors by visit:channel
SELECT name, d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT dimension AS name, value AS d0, "visitors" AS m0 FROM visits_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension IN (?, ?)
  UNION ALL SELECT unnest(?::VARCHAR[]) AS name, unnest([acquisition."source", acquisition."channel"]) AS d0, m0 AS m0 FROM (SELECT k0, sum(m0) AS m0 FROM (SELECT acquisition AS k0, "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ?) GROUP BY k0) JOIN acquisition ON acquisition.id = k0)
GROUP BY name, d0
HAVING sum(m0) <> 0
QUALIFY row_number() OVER (PARTITION BY name ORDER BY s0 DESC NULLS LAST, d0) BETWEEN ? AND ?
ORDER BY s0 DESC NULLS LAST, d0;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'source'
-- ? 'channel'
-- ? ['source', 'channel']
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 1
-- ? 9


-- stats: visitors by visit:os
SELECT d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT value AS d0, "visitors" AS m0 FROM visits_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ?
  UNION ALL SELECT device."os" AS d0, m0 AS m0 FROM (SELECT k0, sum(m0) AS m0 FROM (SELECT device AS k0, "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ?) GROUP BY k0) JOIN device ON device.id = k0)
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'os'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 9
-- ? 0
