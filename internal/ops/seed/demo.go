package seed

import (
	"context"
	"fmt"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// DemoSize says how much of everything a demonstration needs.
type DemoSize struct {
	ServicePoints int
	Accounts      int
	AuditEntries  int
}

// DefaultDemo is the size of the real country.
var DefaultDemo = DemoSize{ServicePoints: 60_000, Accounts: 100_000}

const demoDepartments = 320

// demoKey marks that a portal holds the demonstration.
const demoKey = "demo"

// Demo fills the portal with a realistic tree of agencies and people, to try
// and to measure it at full size. The names of ministries, departments and
// provinces are real; everything else is made up, and the accounts belong to no
// provider, so nobody can sign in as one. It does nothing the second time.
func (s *Service) Demo(ctx context.Context, actor authz.Actor, size DemoSize) (added bool, err error) {
	if err := actor.Require(authz.SeedContent); err != nil {
		return false, err
	}
	return s.plantOne(ctx, actor, item{demoKey, ActionSeeded, func(ctx context.Context, tx *audit.Tx) error {
		return plantDemo(ctx, tx, size)
	}})
}

// plantDemo makes the demonstration within tx, each step for all rows at once.
func plantDemo(ctx context.Context, tx *audit.Tx, size DemoSize) error {
	type department struct {
		Ministry string `json:"ministry"`
		Name     string `json:"name"`
	}
	var ministries []string
	var departments []department
	for _, m := range demoMinistries {
		ministries = append(ministries, m.name)
		for _, d := range m.departments {
			departments = append(departments, department{m.name, d})
		}
	}
	const interior = "กระทรวงมหาดไทย"
	for _, prefix := range []string{"องค์การบริหารส่วนจังหวัด", "จังหวัด"} {
		for _, p := range demoProvinces {
			if len(departments) < demoDepartments {
				departments = append(departments, department{interior, prefix + p})
			}
		}
	}
	steps := []struct {
		sql  string
		args []any
	}{
		{demoPatience, nil},
		{demoMinistriesSQL, []any{ministries}},
		{demoDepartmentsSQL, []any{departments}},
		{demoDivisionsSQL, []any{demoDivisions}},
		{demoServicePointsSQL, []any{size.ServicePoints, demoProvinces, demoLargest}},
		{demoPeopleSQL, []any{size.Accounts, demoGivenNames, demoFamilyNames, demoFamilyEnds, demoGivenStarts, demoGivenEnds}},
		{demoAnalyze, nil},
		{demoMembershipsSQL, nil},
		{demoAnalyze, nil},
		{demoEntriesSQL, []any{size.AuditEntries}},
	}
	for i, step := range steps {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}
