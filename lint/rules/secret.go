package rules

import (
	"bytes"
	"encoding/binary"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/rollcall-dev/rollcall/registry"
)

// detector is gitleaks' own, but that it passes no file over: its rules for
// whole repositories leave out images, documents and what others wrote. It takes
// a while to make, and is made once.
var detector = sync.OnceValue(func() *detect.Detector {
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		panic(err) // its rules are part of this program
	}
	d.IgnoreGitleaksAllow = true
	d.Config.Allowlists = everyPath(d.Config.Allowlists)
	for id, r := range d.Config.Rules {
		r.Allowlists = everyPath(r.Allowlists)
		d.Config.Rules[id] = r
	}
	return d
})

// everyPath is what gitleaks lets pass, without what it lets pass for the name
// of its file alone.
func everyPath(lists []*config.Allowlist) (kept []*config.Allowlist) {
	for _, l := range lists {
		if len(l.Paths) == 0 || l.MatchCondition == config.AllowlistMatchAnd {
			kept = append(kept, l)
			continue
		}
		bare := &config.Allowlist{
			Description: l.Description, MatchCondition: l.MatchCondition, Commits: l.Commits,
			RegexTarget: l.RegexTarget, Regexes: l.Regexes, StopWords: l.StopWords,
		}
		if bare.Validate() == nil { // else it was about nothing but paths
			kept = append(kept, bare)
		}
	}
	return kept
}

// guessed is gitleaks' rule for what only looks random beside a word like "key".
const guessed = "generic-api-key"

// checksums are the files of checksums, which look random and are no secrets.
var checksums = []string{
	"go.sum", "go.work.sum", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "deno.lock",
	"bun.lock", "Pipfile.lock", "poetry.lock", "uv.lock", "Cargo.lock", "gradle.lockfile", "verification-metadata.xml",
}

// isName tells whether what looks random in a file is a name: one of the
// registry, in its files, or a checksum.
func isName(names map[string]bool, file, secret string) bool {
	base := path.Base(file)
	if slices.Contains(checksums, base) {
		return true
	}
	if !slices.Contains(strings.Split(path.Dir(file), "/"), "registry") {
		return false
	}
	return names[secret] || secret == strings.TrimSuffix(base, path.Ext(base))
}

// namesOf are the names that a registry gives and that its entries refer to:
// the ids and, of those with a slash, each part.
func namesOf(s *registry.Snapshot) map[string]bool {
	names := map[string]bool{}
	add := func(id string) {
		names[id] = true
		for part := range strings.SplitSeq(id, "/") {
			names[part] = true
		}
	}
	for _, id := range s.Identities {
		add(id.ID)
	}
	for _, t := range s.Tenants {
		add(t.ID)
	}
	for _, a := range s.Access {
		add(a.ID)
	}
	for _, e := range s.Exceptions {
		add(e.ID)
	}
	for _, r := range s.Rules {
		add(r.ID)
	}
	for _, a := range s.Applications {
		add(a.ID)
	}
	for _, a := range s.Approvals {
		add(a.Name)
	}
	addOrganisation(s.Organisation, add)
	return names
}

func addOrganisation(o *registry.Organisation, add func(string)) {
	for name := range o.People {
		add(name)
	}
	for name := range o.Teams {
		add(name)
	}
	for name := range o.Departments {
		add(name)
	}
	for name := range o.Environments {
		add(name)
	}
	for name := range o.Systems {
		add(name)
	}
}

// plain is a text as its bytes are searched: UTF-16 that says so is read as
// such.
func plain(text []byte) []byte {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for at := 2; at+1 < len(text); at += 2 {
		units = append(units, order.Uint16(text[at:]))
	}
	return []byte(string(utf16.Decode(units)))
}
