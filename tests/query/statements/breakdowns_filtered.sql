-- stats: visitors by visit:source; visitors by visit:channel
SELECT name, d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT unnest(?::VARCHAR[]) AS name, unnest([acquisition."source", acquisition."channel"]) AS d0, m0 AS m0 FROM (SELECT k0, sum(m0) AS m0 FROM (SELECT acquisition AS k0, "visitors" AS m0 FROM visits_detail WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?) UNION ALL SELECT acquisition AS k0, "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?)) GROUP BY k0) JOIN acquisition ON acquisition.id = k0)
GROUP BY name, d0
HAVING sum(m0) <> 0
QUALIFY row_number() OVER (PARTITION BY name ORDER BY s0 DESC NULLS LAST, d0) BETWEEN ? AND ?
ORDER BY s0 DESC NULLS LAST, d0;
-- ? ['source', 'channel']
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 1
-- ? 10000


-- stats: visitors by time:week
SELECT CAST(d0 AS VARCHAR) AS d0, CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT CAST(date_trunc('week', day) AS DATE) AS d0, "visitors" AS m0 FROM visits_daily WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value = ?
  UNION ALL SELECT CAST(date_trunc('week', day) AS DATE) AS d0, "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ? AND device IN (SELECT id FROM device WHERE "device" = ?))
GROUP BY d0
HAVING sum(m0) <> 0
ORDER BY d0 ASC NULLS LAST, s0 DESC NULLS LAST, d0
LIMIT ? OFFSET ?;
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'device'
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 3, 2)
-- ? datetime.date(2026, 3, 31)
-- ? 'Mobile'
-- ? 10000
-- ? 0
