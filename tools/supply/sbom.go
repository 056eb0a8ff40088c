package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

// A bill of materials as CycloneDX 1.6 has it, so far as it is used here. It has
// no time in it: the same binary gives the same bill.
type (
	sbom struct {
		Format       string      `json:"bomFormat"`
		Spec         string      `json:"specVersion"`
		Serial       string      `json:"serialNumber"`
		Version      int         `json:"version"`
		Metadata     metadata    `json:"metadata"`
		Components   []component `json:"components"`
		Dependencies []depends   `json:"dependencies"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type     string          `json:"type"`
		Ref      string          `json:"bom-ref"`
		Name     string          `json:"name"`
		Version  string          `json:"version,omitempty"`
		Scope    string          `json:"scope,omitempty"`
		Hashes   []hash          `json:"hashes,omitempty"`
		Licenses []licenceChoice `json:"licenses,omitempty"`
		Purl     string          `json:"purl,omitempty"`
		More     []property      `json:"properties,omitempty"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	licenceChoice struct {
		Licence struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	depends struct {
		Ref string   `json:"ref"`
		On  []string `json:"dependsOn"`
	}
)

// bill reads what a binary was linked from, and what it serves.
func bill(binary string) (*sbom, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(binary) // #nosec G304 -- whoever calls says which
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	all, err := shipped()
	if err != nil {
		return nil, err
	}
	known := map[string]dependency{}
	for _, d := range all {
		known[d.name] = d
	}
	own := component{Type: "application", Ref: "portal", Name: info.Main.Path, Version: info.Main.Version, Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" || s.Key == "GOOS" || s.Key == "GOARCH" || s.Key == "-trimpath" || s.Key == "CGO_ENABLED" {
			own.More = append(own.More, property{"go:" + s.Key, s.Value})
		}
	}
	b := &sbom{Format: "CycloneDX", Spec: "1.6", Serial: serial(sum), Version: 1, Metadata: metadata{own}}
	version := strings.TrimPrefix(info.GoVersion, "go")
	std := dependency{name: "std", version: version, licence: "BSD-3-Clause", purl: "pkg:golang/std@" + version}
	b.add(std)
	for _, m := range info.Deps {
		if m.Replace != nil {
			m.Version, m.Sum = m.Replace.Version, m.Replace.Sum
		}
		d, ok := known[m.Path]
		if !ok || d.version != m.Version {
			return nil, fmt.Errorf("%s has %s %s, go.mod another: build it again", binary, m.Path, m.Version)
		}
		b.add(d)
	}
	for _, d := range all {
		if d.use == "assets" {
			b.add(d)
		}
	}
	refs := make([]string, len(b.Components))
	for i, c := range b.Components {
		refs[i] = c.Ref
	}
	b.Dependencies = []depends{{"portal", refs}}
	return b, nil
}

func (b *sbom) add(d dependency) {
	c := component{Type: "library", Ref: d.purl, Name: d.name, Version: d.version, Scope: "required", Purl: d.purl}
	for _, id := range strings.Split(d.licence, " AND ") {
		var l licenceChoice
		l.Licence.ID = id
		c.Licenses = append(c.Licenses, l)
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(d.sum, "h1:")); err == nil && len(raw) == sha256.Size {
		c.Hashes = []hash{{"SHA-256", hex.EncodeToString(raw)}} // of the module's listing of files, as in go.sum
	}
	b.Components = append(b.Components, c)
}

// serial is a UUID of the binary's own (version 8, RFC 9562).
func serial(sum [sha256.Size]byte) string {
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
