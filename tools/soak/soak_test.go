package main

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestFormsOfPage(t *testing.T) {
	page := `<form method="get" action="/x"></form><form method="post" action="/a/1/edit"><input type="hidden" name="form_key" value="K">
		<input type="checkbox" name="off" value="1"><input type="checkbox" name="on" value="1" checked>
		<select name="role"><option value="">-</option><option value="a" selected>A</option><option value="b">B</option></select>
		<select name="first"><option value="x">X</option><option value="y">Y</option></select>
		<textarea name="text">
ก &amp; ข</textarea><button name="then" value="publish"></button></form>`
	all := formsOf(page, "/edit")
	if len(all) != 1 || all[0].action != "/a/1/edit" || all[0].key() != "K" {
		t.Fatalf("%+v", all)
	}
	want := "first=x&form_key=K&on=1&role=a&text=" + "%E0%B8%81+%26+%E0%B8%82"
	if got := all[0].fields.Encode(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if changed := all[0].with("role", "b"); changed.fields.Get("role") != "b" || all[0].fields.Get("role") != "a" {
		t.Error("with changes the form itself, or not at all")
	}
}

func TestOutcomeOfAnswers(t *testing.T) {
	to := func(path string) http.Header { return http.Header{"Location": {path}} }
	for name, tt := range map[string]struct {
		answers []answer
		want    outcome
	}{
		"done":                     {[]answer{{status: 303, header: to("/backend/staff")}}, acknowledged},
		"refused":                  {[]answer{{status: 409}}, refused},
		"has to sign in":           {[]answer{{status: 303, header: to("/backend/login?return=x")}}, refused},
		"away":                     {[]answer{{status: 503}}, inDoubt},
		"lost, then done":          {[]answer{{err: errStuck}, {status: 303}}, acknowledged},
		"lost, then refused":       {[]answer{{err: errStuck}, {status: 409}}, inDoubt},
		"not sent, then lost":      {[]answer{{err: errStuck, unsent: true}, {status: 503}}, inDoubt},
		"done, and a reload fails": {[]answer{{status: 303}, {status: 503}}, acknowledged},
		"never asked":              {[]answer{{rejected: true}}, underWay},
	} {
		var l ledger
		c := l.begin(change{kind: changeEdit})
		for _, a := range tt.answers {
			l.settle(c, a, http.StatusSeeOther)
		}
		if got := l.outcome(c); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func TestChangesAreCompared(t *testing.T) {
	for _, tt := range []struct {
		outcome                 outcome
		forms, effects, entries int
		wrong                   int
	}{
		{acknowledged, 1, 1, 1, 0}, {acknowledged, 0, 0, 0, 1}, {acknowledged, 1, 1, 0, 1}, {acknowledged, 1, 2, 2, 1},
		{inDoubt, 1, 1, 1, 0}, {inDoubt, 0, 0, 0, 0}, {inDoubt, 1, 0, 1, 1}, {refused, 0, 0, 0, 0}, {refused, 1, 1, 1, 1},
	} {
		r := result{}
		r.note(change{key: "K", outcome: tt.outcome}, tt.forms, tt.effects, tt.entries)
		if len(r.wrong) != tt.wrong {
			t.Errorf("%+v: %q", tt, r.wrong)
		}
	}
}

func TestFaultsExcuse(t *testing.T) {
	lost := errors.New("EOF")
	faultOf := func(name string) fault {
		i := slices.IndexFunc(breakings, func(b breaking) bool { return b.name == name })
		return fault{breaking: breakings[i], server: 1}
	}
	for _, tt := range []struct {
		fault string
		o     observation
		want  bool
	}{
		{"freeze", observation{kind: kindPage, status: 503}, true}, {"freeze", observation{kind: kindPage, status: 500}, false},
		{"freeze", observation{kind: kindPage, err: lost}, false}, {"freeze", observation{kind: kindPublic, status: 503}, false},
		{"freeze", observation{kind: kindDownload, status: 200, err: lost}, true},
		{"provider-cut", observation{kind: kindSignIn, status: 503}, true}, {"provider-cut", observation{kind: kindPage, status: 503}, false},
		{"kill", observation{kind: kindPublic, server: 1, err: lost}, true}, {"kill", observation{kind: kindPublic, server: 0, err: lost}, false},
		{"kill", observation{kind: kindPublic, server: 1, status: 503}, false}, {"stop", observation{kind: kindPage, server: 1, err: lost}, false},
	} {
		if got := tt.o.excused(faultOf(tt.fault)); got != tt.want {
			t.Errorf("%s, %+v: %v", tt.fault, tt.o, got)
		}
	}
	now := time.Now()
	l := timeline{list: []*fault{{from: now, to: now.Add(time.Second)}}}
	for _, tt := range []struct {
		from, to time.Duration
		want     int
	}{{-2, -1, 0}, {-1, 1, 1}, {5, 6, 1}, {7, 8, 0}} {
		if got := len(l.during(now.Add(tt.from*time.Second), now.Add(tt.to*time.Second))); got != tt.want {
			t.Errorf("%d to %d: %d", tt.from, tt.to, got)
		}
	}
}

func TestMemoryThatSwingsIsFlatAndThatGrowsIsNot(t *testing.T) {
	begun := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		goal  func(minute int) int
		grows bool
	}{
		"swings":         {func(m int) int { return 300 + 120*(m%3) }, false},
		"grows":          {func(m int) int { return 300 + 30*m }, true},
		"swings, grows":  {func(m int) int { return 300 + 30*m + 60*(m%2) }, true},
		"warms up alone": {func(m int) int { return 100 + 200*min(m, 1) }, false},
	} {
		l := life{from: begun, to: begun.Add(15 * time.Minute)}
		for m := range 15 {
			l.samples = append(l.samples, sample{at: begun.Add(time.Duration(m) * time.Minute), goal: c.goal(m)})
		}
		from, to, ok := l.grew(l.to)
		if grew := float64(to) > memoryGrowth*float64(from); !ok || grew != c.grows {
			t.Errorf("%s: from %d to %d, %v", name, from, to, ok)
		}
	}
}
