package metrics

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/jobs"
	"portal/internal/ops/status"
	"portal/internal/site/content"
)

// Sources are what is read when somebody asks.
type Sources struct {
	Pools   map[string]*pgxpool.Pool
	Content *content.Service
	Status  *status.Service
	Jobs    func(context.Context) ([]jobs.State, error)
	Now     func() time.Time
}

// observed reads the sources for each scrape. What asks the database is kept for
// some seconds by status.Service.
type observed struct{ from Sources }

// scrapeWithin bounds what a scrape waits for the database.
const scrapeWithin = 2 * time.Second

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	poolConns    = gauge("portal_db_pool_connections", "Connections to the database, by pool and state: used, idle or opening.", "pool", "state")
	poolMost     = gauge("portal_db_pool_max_connections", "Connections that a pool may have.", "pool")
	poolTaken    = gauge("portal_db_pool_acquires_total", "Connections taken from a pool.", "pool")
	poolWaits    = gauge("portal_db_pool_waits_total", "Connections that had to be waited for or opened first.", "pool")
	poolCanceled = gauge("portal_db_pool_canceled_acquires_total", "Waits for a connection that were given up.", "pool")
	poolWaited   = gauge("portal_db_pool_acquire_seconds_total", "Time spent on taking connections.", "pool")

	contentAge  = gauge("portal_content_age_seconds", "Time since the database last confirmed what visitors read.")
	contentAway = gauge("portal_content_away", "1 while visitors get a copy because the database is away.")
	heard       = gauge("portal_notifications_total", "Notifications (LISTEN/NOTIFY) that came from the database.")

	up         = gauge("portal_database_up", "1 while the database answers.")
	bytes      = gauge("portal_database_size_bytes", "Size of the database.")
	migration  = gauge("portal_database_migration", "Number of the newest migration that was applied.")
	wanted     = gauge("portal_build_migration", "Number of the newest migration that this build brings.")
	sessions   = gauge("portal_sessions_live", "Sessions that are alive.")
	drafts     = gauge("portal_drafts_scheduled", "Drafts that wait for the time of their publication.")
	overdue    = gauge("portal_drafts_overdue", "Drafts whose time has come and that are not published.")
	backupAt   = gauge("portal_backup_last_timestamp_seconds", "When the last backup was made; 0 for never.")
	chain      = gauge("portal_audit_chain_good", "1 if the newest entries of the audit log follow from each other.")
	head       = gauge("portal_audit_head", "Number of the newest entry of the audit log when it was last looked at.")
	certUntil  = gauge("portal_certificate_expiry_timestamp_seconds", "When the certificate of the portal's address ends.")
	provider   = gauge("portal_provider_up", "1 if the provider answered what it was last asked.")
	answered   = gauge("portal_provider_last_answer_timestamp_seconds", "When the provider last answered.")
	jobAt      = gauge("portal_housekeeping_last_run_timestamp_seconds", "When a task of housekeeping last ran on any server, or on this one if it is its own; 0 for not yet.", "task")
	jobFailed  = gauge("portal_housekeeping_failed", "1 if a task's last run failed.", "task")
	jobsWait   = gauge("portal_jobs_waiting", "Jobs that wait for a run.", "task")
	jobsLost   = gauge("portal_jobs_discarded", "Jobs of the last week that are not tried again.", "task")
	everything = []*prometheus.Desc{poolConns, poolMost, poolTaken, poolWaits, poolCanceled, poolWaited, contentAge, contentAway, heard,
		up, bytes, migration, wanted, sessions, drafts, overdue, backupAt, chain, head, certUntil, provider, answered, jobAt, jobFailed, jobsWait, jobsLost}
)

// Describe is asked by the registry.
func (observed) Describe(to chan<- *prometheus.Desc) {
	for _, d := range everything {
		to <- d
	}
}

// Collect is asked by the registry for each scrape.
func (o observed) Collect(to chan<- prometheus.Metric) {
	out := sink(to)
	for name, pool := range o.from.Pools {
		out.pool(name, pool.Stat())
	}
	if at := o.from.Content.Confirmed(); !at.IsZero() {
		out.gauge(contentAge, o.from.Now().Sub(at).Seconds())
	}
	_, away := o.from.Content.Age()
	out.gauge(contentAway, number(away))
	out.counter(heard, float64(o.from.Content.Heard()))
	out.gauge(wanted, float64(db.WantedVersion()))
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	out.jobs(o.from.Jobs(ctx))
	if n, err := o.from.Status.Numbers(ctx, authz.System("metrics")); err == nil {
		out.numbers(n)
	}
}

// sink sends metrics.
type sink chan<- prometheus.Metric

func (s sink) gauge(d *prometheus.Desc, v float64, labels ...string) {
	s <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (s sink) counter(d *prometheus.Desc, v float64, labels ...string) {
	s <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

// time sends a moment; one that never was is 0.
func (s sink) time(d *prometheus.Desc, t time.Time, labels ...string) {
	v := 0.0
	if !t.IsZero() {
		v = float64(t.UnixMilli()) / 1000
	}
	s.gauge(d, v, labels...)
}

func (s sink) pool(name string, p *pgxpool.Stat) {
	s.gauge(poolConns, float64(p.AcquiredConns()), name, "used")
	s.gauge(poolConns, float64(p.IdleConns()), name, "idle")
	s.gauge(poolConns, float64(p.ConstructingConns()), name, "opening")
	s.gauge(poolMost, float64(p.MaxConns()), name)
	s.counter(poolTaken, float64(p.AcquireCount()), name)
	s.counter(poolWaits, float64(p.EmptyAcquireCount()), name)
	s.counter(poolCanceled, float64(p.CanceledAcquireCount()), name)
	s.counter(poolWaited, p.AcquireDuration().Seconds(), name)
}

// jobs sends how jobs stand, or nothing while the database is away.
func (s sink) jobs(all []jobs.State, err error) {
	if err != nil {
		return
	}
	for _, j := range all {
		s.time(jobAt, j.At, j.Name)
		s.gauge(jobFailed, number(j.Failed), j.Name)
		s.gauge(jobsWait, float64(j.Waiting), j.Name)
		s.gauge(jobsLost, float64(j.Discarded), j.Name)
	}
}

// numbers sends what is known; what is not known is left out rather than 0.
func (s sink) numbers(n status.Numbers) {
	s.gauge(up, number(n.Answers))
	if n.Answers {
		s.gauge(bytes, float64(n.Bytes))
		s.gauge(migration, float64(n.Migration))
		s.gauge(sessions, float64(n.Sessions))
		s.gauge(drafts, float64(n.Scheduled))
		s.gauge(overdue, float64(n.Overdue))
		s.time(backupAt, n.LastBackup)
	}
	if n.Chain.Known {
		s.gauge(chain, number(n.Chain.Good))
		s.gauge(head, float64(n.Chain.Head))
	}
	if !n.Until.IsZero() {
		s.time(certUntil, n.Until)
	}
	if c := n.Provider; !c.Answered.IsZero() || !c.Failed.IsZero() {
		s.gauge(provider, number(c.Good()))
		s.time(answered, c.Answered)
	}
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
