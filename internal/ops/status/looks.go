package status

import (
	"context"
	"errors"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/auditlog"
)

// looks are all that is looked at, in the order of the page.
func (s *Service) looks(actor authz.Actor) []look {
	one := func(key, title string, do func(context.Context) (Line, error)) look {
		return look{[]Line{{Key: key, Title: title}}, func(ctx context.Context) ([]Line, error) {
			line, err := do(ctx)
			return []Line{line}, err
		}}
	}
	known := func(do func() Line) func(context.Context) (Line, error) {
		return func(context.Context) (Line, error) { return do(), nil }
	}
	return []look{
		one("build", "รุ่นของระบบ", known(func() Line { return ofBuild(s.Build, s.Now()) })),
		{[]Line{{Key: "migrations", Title: "โครงสร้างฐานข้อมูล"}, {Key: "database", Title: "ฐานข้อมูล"},
			{Key: "sessions", Title: "ผู้ที่เข้าสู่ระบบอยู่"}, {Key: "queue", Title: "รายการที่รอ"}}, s.database},
		one("pool", "การเชื่อมต่อฐานข้อมูล", known(func() Line { return ofPools(s.Pools()) })),
		one("provider", "Digital ID", s.provider),
		one("content", "ข้อมูลสำหรับผู้อ่าน", known(s.content)),
		one("backup", "การสำรองข้อมูล", s.backup),
		one("audit", "บันทึกการใช้งาน", func(ctx context.Context) (Line, error) { return s.chain(ctx, actor) }),
		one("certificate", "ใบรับรอง HTTPS", s.ofCertificate),
		one("jobs", "งานเบื้องหลัง", s.background),
	}
}

// database asks one question for all that the database knows of itself.
func (s *Service) database(ctx context.Context) ([]Line, error) {
	start := time.Now()
	f, err := selectFacts(ctx, s.Read, s.Now(), s.Idle)
	if err != nil {
		return nil, err
	}
	return []Line{
		ofMigrations(f.Migration, db.WantedVersion()), ofDatabase(f.Bytes, f.Server, time.Since(start)),
		ofSessions(f.Sessions), ofQueue(f.Scheduled, f.Overdue, s.Search.Waiting()),
	}, nil
}

// freshProvider is how long an answer of the provider is news.
const freshProvider = time.Minute

func (s *Service) provider(ctx context.Context) (Line, error) {
	return ofProvider(s.SignIn.Probe(ctx, freshProvider), s.Now()), nil
}

func (s *Service) content() Line {
	_, away := s.Content.Age()
	return ofContent(contentFacts{s.Content.Last() != nil, away, s.Content.OfDisk(), s.Content.Confirmed()}, s.Now())
}

func (s *Service) background(ctx context.Context) (Line, error) {
	all, err := s.Jobs(ctx)
	return ofJobs(all, s.Build.Started, s.Now()), err
}

func (s *Service) backup(ctx context.Context) (Line, error) {
	b, found, err := selectBackup(ctx, s.Read)
	return ofBackup(b, found, s.Now()), err
}

func (s *Service) chain(ctx context.Context, actor authz.Actor) (Line, error) {
	v, err := s.Audit.CheckTail(ctx, actor, tailLength)
	var broken *auditlog.Broken
	if errors.As(err, &broken) {
		return brokenChain(broken.ID), nil
	}
	return ofChain(v), err
}

func (s *Service) ofCertificate(ctx context.Context) (Line, error) {
	return ofCertificate(s.certificate.look(ctx), s.Now())
}
