-- stats: visitors by visit:source; visitors by visit:channel
SELECT name, d0, CAST(sum(m0) AS BIGINT) AS s0, CAST(sum(m1) AS BIGINT) AS s1, CAST(sum(sum(m1)) FILTER (WHERE d0 = '(rare)') OVER (PARTITION BY name) AS BIGINT) AS withheld
FROM (
  SELECT dimension AS name, value AS d0, "visitors" AS m0, "visits" AS m1 FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension IN (?, ?)
  UNION ALL SELECT unnest(?::VARCHAR[]) AS name, unnest([acquisition."source", acquisition."channel"]) AS d0, m0 AS m0, m1 AS m1 FROM (SELECT k0, sum(m0) AS m0, sum(m1) AS m1 FROM (SELECT acquisition AS k0, "visitors" AS m0, "visits" AS m1 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ?) GROUP BY k0) JOIN acquisition ON acquisition.id = k0)
GROUP BY name, d0
HAVING sum(m0) <> 0
QUALIFY row_number() OVER (PARTITION BY name ORDER BY s0 DESC NULLS LAST, d0) BETWEEN ? AND ?
ORDER BY s0 DESC NULLS LAST, d0;
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 3, 31)
-- ? 'source'
-- ? 'channel'
-- ? ['source', 'channel']
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 3, 31)
-- ? 1
-- ? 9
