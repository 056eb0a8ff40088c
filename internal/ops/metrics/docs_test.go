package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

const docs = "../../../docs/"

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(docs + name) // #nosec G304 -- names of this file
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	fullName = regexp.MustCompile(`fqName: "([a-z0-9_]+)"`)
	ours     = regexp.MustCompile(`\b(?:portal|go|process)_[a-z0-9_]+\b`)
	part     = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// names are those of every metric that there can be.
func names(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	descs := make(chan *prometheus.Desc, 1000)
	New(Sources{}).registry.Describe(descs)
	close(descs)
	for d := range descs {
		all[fullName.FindStringSubmatch(d.String())[1]] = true
	}
	if len(all) < 40 {
		t.Fatalf("only %d metrics", len(all))
	}
	return all
}

// used checks the metrics that an expression names.
func used(t *testing.T, all map[string]bool, where, expr string) {
	t.Helper()
	found := ours.FindAllString(expr, -1)
	if len(found) == 0 && !strings.HasPrefix(expr, "up{") {
		t.Errorf("%s: %q names no metric", where, expr)
	}
	for _, name := range found {
		if !all[name] && !(part.MatchString(name) && all[part.ReplaceAllString(name, "")]) {
			t.Errorf("%s: there is no metric %s", where, name)
		}
	}
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			t.Errorf("%s: %q is not balanced", where, expr)
		}
	}
}

func TestDashboardNamesMetricsThatExist(t *testing.T) {
	var board struct {
		Panels []struct {
			Title, Type string
			ID          int
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "monitoring/grafana.json")), &board); err != nil {
		t.Fatal(err)
	}
	all, ids, n := names(t), map[int]bool{}, 0
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("%s: the id %d again", p.Title, p.ID)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			used(t, all, p.Title, target.Expr)
			n++
		}
	}
	if n < 30 {
		t.Errorf("only %d expressions", n)
	}
	text := read(t, "monitoring/grafana.json") + read(t, "monitoring/alerts.yml")
	for name := range all {
		if strings.HasPrefix(name, "portal_") && !strings.Contains(text, name) && name != "portal_provider_last_answer_timestamp_seconds" {
			t.Errorf("nobody looks at %s", name)
		}
	}
}

var (
	alertLine = regexp.MustCompile(`(?m)^      - alert: (\S+)$`)
	exprLine  = regexp.MustCompile(`(?m)^        expr: (.+)$`)
	bookLine  = regexp.MustCompile(`(?m)^          runbook: docs/runbook\.md#(\S+)$`)
	heading   = regexp.MustCompile(`(?m)^### (Portal\w+)$`)
)

// TestEachAlertHasItsParagraph reads the rules and the runbook side by side.
func TestEachAlertHasItsParagraph(t *testing.T) {
	rules, book, all := read(t, "monitoring/alerts.yml"), read(t, "runbook.md"), names(t)
	alerts, exprs, links := alertLine.FindAllStringSubmatch(rules, -1), exprLine.FindAllStringSubmatch(rules, -1), bookLine.FindAllStringSubmatch(rules, -1)
	if len(alerts) < 10 || len(exprs) != len(alerts) || len(links) != len(alerts) {
		t.Fatalf("%d alerts, %d expressions, %d links to the runbook", len(alerts), len(exprs), len(links))
	}
	var known []string
	for i, a := range alerts {
		name := a[1]
		known = append(known, name)
		used(t, all, name, exprs[i][1])
		if links[i][1] != strings.ToLower(name) {
			t.Errorf("%s leads to #%s", name, links[i][1])
		}
		_, after, found := strings.Cut(book, "\n### "+name+"\n")
		paragraph, _, _ := strings.Cut(after, "\n##")
		if !found {
			t.Errorf("%s has no heading in the runbook", name)
			continue
		}
		for _, word := range []string{"**Means:**", "**Look at:**", "**Do:**"} {
			if !strings.Contains(paragraph, word) {
				t.Errorf("%s: the runbook does not say %s", name, word)
			}
		}
	}
	for _, h := range heading.FindAllStringSubmatch(book, -1) {
		if !slices.Contains(known, h[1]) {
			t.Errorf("the runbook explains %s, which is no alert", h[1])
		}
	}
}
