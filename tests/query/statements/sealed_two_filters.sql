-- stats: visitors
SELECT CAST(sum(m0) AS BIGINT) AS s0
FROM (
  SELECT "visitors" AS m0 FROM visits_pairs WHERE site = ? AND dimension = ? AND other = ? AND "first" BETWEEN ? AND ? AND (value = ? AND other_value = ?)
  UNION ALL SELECT "visitors" AS m0 FROM visits_detail WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND device IN (SELECT id FROM device WHERE "device" = ?))
  UNION ALL SELECT "visitors" AS m0 FROM visits_today WHERE site = ? AND day BETWEEN ? AND ? AND (place IN (SELECT id FROM place WHERE "country" = ?) AND device IN (SELECT id FROM device WHERE "device" = ?)))
HAVING sum(m0) <> 0
LIMIT ? OFFSET ?;
-- ? 7
-- ? 'country'
-- ? 'device'
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'FI'
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 3, 1)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 3, 31)
-- ? 'FI'
-- ? 'Mobile'
-- ? 10000
-- ? 0


-- stats: withheld at most
SELECT sum(visits) FROM (SELECT visits FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value <> ? AND value = ? UNION ALL SELECT -visits AS visits FROM visits_pairs WHERE site = ? AND dimension = ? AND other = ? AND "first" BETWEEN ? AND ? AND value = ? UNION ALL SELECT visits FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value = ?) UNION ALL SELECT sum(visits) FROM (SELECT visits FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value <> ? AND value = ? UNION ALL SELECT -visits AS visits FROM visits_pairs WHERE site = ? AND dimension = ? AND other = ? AND "first" BETWEEN ? AND ? AND other_value = ? UNION ALL SELECT visits FROM visits_monthly WHERE site = ? AND day BETWEEN ? AND ? AND dimension = ? AND value = ?);
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'country'
-- ? '(rare)'
-- ? 'FI'
-- ? 7
-- ? 'country'
-- ? 'device'
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'FI'
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'country'
-- ? '(rare)'
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'device'
-- ? '(rare)'
-- ? 'Mobile'
-- ? 7
-- ? 'country'
-- ? 'device'
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'Mobile'
-- ? 7
-- ? datetime.date(2026, 2, 1)
-- ? datetime.date(2026, 2, 28)
-- ? 'device'
-- ? '(rare)'
