package seed

// The demonstration as SQL. hashint4 takes the place of chance, so that every
// run makes the same country.
const (
	demoPatience = `SELECT set_config('statement_timeout', '0', true)`

	demoAnalyze = `ANALYZE agencies, agency_paths, staff, memberships` // the planner knows nothing of rows this young

	demoMinistriesSQL = `
		INSERT INTO agencies (code, kind, name)
		SELECT to_char(40 + n, 'FM00') || '000000', 'ministry', name
		FROM unnest($1::text[]) WITH ORDINALITY AS m (name, n)
		WHERE NOT EXISTS (SELECT FROM agencies a WHERE a.name = m.name)`

	demoDepartmentsSQL = `
		INSERT INTO agencies (code, parent_id, kind, name)
		SELECT left(p.code, 2) || to_char(100 + d.n, 'FM000') || '000', p.id, 'department', d.name
		FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (ministry text, name text)) WITH ORDINALITY AS d (ministry, name, n)
		JOIN agencies p ON p.name = d.ministry AND p.kind = 'ministry'
		WHERE NOT EXISTS (SELECT FROM agencies a WHERE a.name = d.name)`

	demoDivisionsSQL = `
		INSERT INTO agencies (code, parent_id, kind, name)
		SELECT left(p.code, 5) || to_char(100 + d.n, 'FM000'), p.id, 'division', d.name
		FROM agencies p CROSS JOIN unnest($1::text[]) WITH ORDINALITY AS d (name, n)
		WHERE p.kind = 'department' AND left(p.code, 2) >= '40'`

	// A few departments have thousands of points, as the Department of Provincial
	// Administration has; most have a hundred. กรมการขนส่งทางบก has 2,000, for
	// the sample central officer.
	demoServicePointsSQL = `
		WITH sized AS (
			SELECT id, code, name, 
				CASE WHEN name = 'กรมการขนส่งทางบก' THEN 0
				ELSE 1.0 / (3 + row_number() OVER (ORDER BY array_position($3::text[], name), hashint8(id))) END AS weight
			FROM agencies WHERE kind = 'department'
		), planned AS (
			SELECT *, CASE WHEN weight = 0 THEN least(2000, $1 / 30)
				ELSE greatest(1, floor(($1 - least(2000, $1 / 30)) * weight / sum(weight) OVER ()))::int END AS points FROM sized
		)
		INSERT INTO agencies (code, parent_id, kind, name, telephone)
		SELECT d.code || to_char(10000 + n, 'FM00000'), d.id, 'service_point',
			CASE WHEN d.name ~ '^(จังหวัด|องค์การบริหารส่วนจังหวัด|มหาวิทยาลัย)' THEN d.name || ' จุดบริการที่ ' || n
			ELSE 'สำนักงาน' || regexp_replace(d.name, '^(กรมการ|กรม|สำนักงานคณะกรรมการ|สำนักงาน|กอง)', '') ||
				CASE WHEN n <= array_length($2::text[], 1) THEN 'จังหวัด' || ($2::text[])[n]
				ELSE 'จังหวัด' || ($2::text[])[1 + n % array_length($2::text[], 1)] || ' สาขาที่ ' || 1 + n / array_length($2::text[], 1) END
			END,
			'0 2' || to_char(100 + n % 900, 'FM000') || ' ' || to_char(1000 + abs(hashint4(n)) % 9000, 'FM0000')
		FROM planned d CROSS JOIN LATERAL generate_series(1, d.points) AS n`

	demoPeopleSQL = `
		INSERT INTO staff (issuer, subject, name, email, username, ial, signed_in_at, suspended_at)
		SELECT 'demo', 'demo-' || n,
			CASE WHEN n % 8 = 0 THEN ($2::text[])[1 + abs(hashint4(n)) % array_length($2::text[], 1)]
				ELSE ($5::text[])[1 + abs(hashint4(n + 5555555)) % array_length($5::text[], 1)] ||
					($6::text[])[1 + abs(hashint4(n + 9999999)) % array_length($6::text[], 1)] END || ' ' ||
			($3::text[])[1 + abs(hashint4(n + 7777777)) % array_length($3::text[], 1)] ||
			($4::text[])[1 + abs(hashint4(n + 3333333)) % array_length($4::text[], 1)],
			'staff' || n || '@example.go.th', 'staff' || n, '2.3',
			now() - make_interval(mins => abs(hashint4(n + 31)) % 500000),
			CASE WHEN n % 500 = 0 THEN now() - interval '30 days' END
		FROM generate_series(1, $1::int) AS n`

	// One officer for each department and author for each division first, then
	// officers of service points; one in fifty has no role yet.
	demoMembershipsSQL = `
		WITH people AS (
			SELECT id, row_number() OVER (ORDER BY id) AS n FROM staff WHERE issuer = 'demo'
		), seats AS (
			SELECT id, CASE kind WHEN 'department' THEN 'central_officer' WHEN 'division' THEN 'manual_author'
				ELSE 'service_point_officer' END AS role,
				row_number() OVER (ORDER BY kind = 'service_point', hashint8(id)) AS n
			FROM agencies WHERE kind <> 'ministry'
		)
		INSERT INTO memberships (staff_id, agency_id, role, since)
		SELECT p.id, s.id, s.role, now() - make_interval(mins => abs(hashint8(p.id)) % 1000000)
		FROM people p JOIN seats s ON s.n = 1 + (p.n - 1) % (SELECT count(*) FROM seats)
		WHERE p.n % 50 <> 0`

	demoEntriesSQL = `
		INSERT INTO audit_entries (at, staff_id, address, action, subject, agencies, detail)
		SELECT now() - make_interval(secs => ($1::int - n) * 60.0), p.id, '203.0.113.' || n % 250,
			(ARRAY['staff.signed_in', 'staff.signed_in', 'staff.signed_out', 'token.copied', 'token.redeemed', 'membership.given',
				'agency.changed', 'staff.exported'])[1 + n % 8],
			'staff/' || p.id, ARRAY[m.agency_id], '{}'
		FROM generate_series(1, $1::int) AS n
		JOIN (SELECT id, row_number() OVER (ORDER BY id) AS k FROM staff WHERE issuer = 'demo') p
			ON p.k = 1 + (n * 7919::bigint) % (SELECT count(*) FROM staff WHERE issuer = 'demo')
		JOIN LATERAL (SELECT agency_id FROM memberships WHERE staff_id = p.id AND ended_at IS NULL LIMIT 1) m ON true
		ORDER BY n`
)
