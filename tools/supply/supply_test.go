package main

import (
	"encoding/base64"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestLicencesAreRecognised(t *testing.T) {
	const (
		mit = "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files (the \"Software\"), … The above copyright notice and this permission notice shall be included in"
		bsd = "Redistribution and use in source and binary forms, with or without\n// modification, are permitted provided that the following conditions are\n met: Redistributions of source code must retain … Redistributions in binary form must reproduce"
	)
	for text, want := range map[string]string{
		mit:       "MIT",
		bsd + ".": "BSD-2-Clause",
		bsd + " * Neither the name of Google Inc.":             "BSD-3-Clause",
		bsd + " All advertising materials mentioning features": "BSD-4-Clause",
		mit + "\n\n" + bsd: "BSD-2-Clause AND MIT",
		"GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007":                                 "",
		mit + " … or the GNU Lesser General Public License":                                  "",
		mit + " “Commons Clause” License Condition":                                          "",
		"Mozilla Public License Version 2.0 … Covered Software … GNU General Public License": "MPL-2.0",
		"All rights reserved.": "",
		"":                     "",
	} {
		if got := licencesOf(text); got != want {
			t.Errorf("%.60q…: %q, want %q", text, got, want)
		}
	}
}

func TestWhatMayNotBeUsed(t *testing.T) {
	for licence, may := range map[string]bool{"MIT": true, "Apache-2.0 AND MIT": true, "": false, "BSD-4-Clause": false, "MIT AND GPL-3.0": false} {
		if err := (dependency{name: "x", licence: licence}).check(); (err == nil) != may {
			t.Errorf("%q: %v", licence, err)
		}
	}
}

// TestA80_EveryLicenceIsKnown is what `make licences` does.
func TestA80_EveryLicenceIsKnown(t *testing.T) {
	t.Parallel()
	all, err := everything()
	if err != nil {
		t.Fatal(err)
	}
	if err := table(io.Discard, all); err != nil {
		t.Error(err)
	}
	use := map[string]int{}
	for _, d := range all {
		use[d.use]++
		if d.version == "" || d.name == "" {
			t.Errorf("%+v", d)
		}
	}
	if use["binary"] < 20 || use["tests and tools"] == 0 || use["assets"] != 4 {
		t.Errorf("%v", use)
	}
}

// TestBillOfMaterials writes the bill of this test's own binary.
func TestBillOfMaterials(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := bill(self)
	if err != nil {
		t.Fatal(err)
	}
	again, err := bill(self)
	if err != nil || again.Serial != b.Serial || !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(b.Serial) {
		t.Errorf("%s, then %s, %v", b.Serial, again.Serial, err)
	}
	names := map[string]component{}
	for _, c := range b.Components {
		names[c.Name] = c
		if c.Purl == "" || c.Version == "" || len(c.Licenses) == 0 || c.Licenses[0].Licence.ID == "" {
			t.Errorf("%+v", c)
		}
	}
	if b.Format != "CycloneDX" || names["std"].Name == "" || names["trix"].Purl != "pkg:npm/trix@"+names["trix"].Version || len(b.Dependencies[0].On) != len(b.Components) {
		t.Errorf("%+v", b)
	}
	var one sbom
	one.add(dependency{name: "x", version: "v1", licence: "MIT", sum: "h1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 32)))})
	if h := one.Components[0].Hashes; len(h) != 1 || h[0].Content != strings.Repeat("78", 32) {
		t.Errorf("%v", h)
	}
}
