package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// phrases are what a licence says and no other does, in words alone. Names are
// those of SPDX.
var phrases = []struct {
	name string
	all  []string
}{
	{"Apache-2.0", []string{"apache license version 2 0 january 2004", "terms and conditions for use reproduction and distribution"}},
	{"Apache-2.0", []string{"licensed under the apache license version 2 0"}},
	{"BSD", []string{"redistribution and use in source and binary forms with or without modification are permitted provided that the following conditions are met", "redistributions of source code must retain", "redistributions in binary form must reproduce"}},
	{"ISC", []string{"permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice"}},
	{"ISC", []string{"permission to use copy modify and distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice"}},
	{"MIT", []string{"permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files", "the above copyright notice and this permission notice shall be included"}},
	{"MPL-2.0", []string{"mozilla public license version 2 0", "covered software"}},
	{"OFL-1.1", []string{"sil open font license version 1 1", "permission conditions"}},
	{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}},
}

// allowed are the licences under which a part may be linked into the portal: they
// ask for their notice and no more. MPL-2.0 asks for changes to its own files; we
// make none.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "OFL-1.1", "Unlicense"}

// forbidden words make a text none of ours, whatever else it says.
var forbidden = []string{"gnu general public license", "gnu affero", "gnu lesser", "gnu library general", "server side public license", "business source license",
	"elastic license", "commons clause", "attribution noncommercial", "non commercial use only", "noncommercial use only", "non commercial purposes only", "creative commons"}

var noWord = regexp.MustCompile(`[^a-z0-9]+`)

// licencesOf recognises the licences that a text holds. It returns "" for a text
// that it does not know, or that says anything forbidden beside.
func licencesOf(text string) string {
	words := noWord.ReplaceAllString(strings.ToLower(text), " ")
	var found []string
	for _, p := range phrases {
		if slices.ContainsFunc(p.all, func(s string) bool { return !strings.Contains(words, s) }) {
			continue
		}
		name := p.name
		if name == "BSD" {
			name = bsd(words)
		}
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	if !slices.Contains(found, "MPL-2.0") { // which names the GNU licences as its own alternatives
		if slices.ContainsFunc(forbidden, func(s string) bool { return strings.Contains(words, s) }) {
			return ""
		}
	}
	slices.Sort(found)
	return strings.Join(found, " AND ")
}

func bsd(words string) string {
	switch {
	case strings.Contains(words, "all advertising materials mentioning features"):
		return "BSD-4-Clause"
	case strings.Contains(words, "neither the name"), strings.Contains(words, "the names of its contributors may not be used"), strings.Contains(words, "may not be used to endorse or promote"):
		return "BSD-3-Clause"
	}
	return "BSD-2-Clause"
}

// check is the rule for what the portal may be made of.
func (d dependency) check() error {
	if d.licence == "" {
		return fmt.Errorf("%s %s: its licence is not known; read it, and teach tools/supply/licence.go if it is allowed", d.name, d.version)
	}
	for _, l := range strings.Split(d.licence, " AND ") {
		if !slices.Contains(allowed, l) {
			return fmt.Errorf("%s %s: %s is not allowed", d.name, d.version, l)
		}
	}
	return nil
}
