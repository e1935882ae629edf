package rules

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/zricethezav/gitleaks/v8/detect"
	leak "github.com/zricethezav/gitleaks/v8/report"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/registry"
)

var _ = register(lint.Rule{
	ID:       "secret/in-registry",
	Severity: lint.Error,
	Controls: []string{"NHI2:2025", "NIST CSF 2.0 PR.AA-01"},
	Strict:   true,
	Needs:    lint.NeedsFiles,
	Check:    secretInRegistry,
	Doc: `no file of the registry's repository holds a secret

# What
A file looks as if it held a key, a token or a password, by the detector and the
rules of gitleaks. All files of the repository count, and not only the registry's.
The secret itself is never shown. A comment that asks gitleaks to look away is not
heard.

# Why
Whoever may read the registry, and that is everybody, could then act as the
identity: OWASP NHI2:2025 Secret Leakage. What was committed once stays in the
history. NIST CSF 2.0 PR.AA-01 asks that credentials are managed.

# Before
	credential: {store: "vault", path: "ghp_…"}

# After
	credential: {store: "vault", path: "integrations/github"}

# How to mend
Revoke the secret where it is good: it has been seen. Then take it out, and name
the place where the new one is kept. If the commit was pushed already, the history
has to be cleaned as well.

# How to configure
A change (--base, --staged) is searched in the files that it touches and in every
commit that it brings, otherwise rollcall lint --secrets searches every file. What looks like a secret and is none
has to be written in another way; the names of the registry's own entries are none,
nor are the checksums of lock files. Every file is searched, also one that gitleaks
passes over for its name, such as an image or a vendored file, but not what is packed
in archives or documents, the target of a link or the name of a file. Files of more
than 16 MiB are not searched, and that is said.
`,
})

// mostSearched is the size in bytes up to which files are searched.
const mostSearched = 16 << 20

func secretInRegistry(p *lint.Pass) {
	names := namesOf(p.Head)
	known := map[string]bool{} // secrets by file, so that each is said once
	all := slices.ContainsFunc(p.Files, func(f *lint.Files) bool { return f.Commit == "" && !f.Changed })
	for _, files := range p.Files {
		if files.Changed && all {
			continue // they are among all
		}
		for _, l := range searched(files, names) {
			if mark := l.Pos.File + "\x00" + l.secret; l.secret == "" || !known[mark] || files.Commit == "" {
				known[mark] = true
				p.Report(l.Finding)
			}
		}
	}
}

// A leaked secret is a finding that knows which one it is about. It is not told.
type leaked struct {
	lint.Finding
	secret string
}

// searched searches several files at a time.
func searched(files *lint.Files, names map[string]bool) []leaked {
	if len(files.Names) == 0 {
		return nil
	}
	found := make([][]leaked, len(files.Names))
	d := detector()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files.Names)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files.Names); i = int(next.Add(1)) - 1 {
				found[i] = secretsIn(files, d, names, files.Names[i])
			}
		})
	}
	wg.Wait()
	return slices.Concat(found...)
}

// secretsIn searches one file. What cannot be searched is a finding: it is not
// known to hold no secret.
func secretsIn(files *lint.Files, d *detect.Detector, names map[string]bool, name string) (found []leaked) {
	text, fits, err := files.Read(name, mostSearched)
	switch {
	case err != nil:
		return []leaked{{Finding: lint.Finding{Pos: registry.Pos{File: name}, Message: fmt.Sprintf("%s could not be searched for secrets: %v; make it readable", name, err)}}}
	case !fits:
		return []leaked{{Finding: lint.Finding{
			Pos: registry.Pos{File: name}, Severity: lint.Warning,
			Message: fmt.Sprintf("%s is larger than %d MiB and was not searched for secrets; keep it elsewhere", name, mostSearched>>20),
		}}}
	}
	text = plain(text)
	seen := map[registry.Pos]bool{}
	//lint:ignore SA1019 what is to come in its place is not there yet
	fragment := detect.Fragment{Raw: string(text), FilePath: name}
	for _, l := range d.Detect(fragment) {
		if l.RuleID == guessed && isName(names, name, l.Secret) {
			continue
		}
		pos := placeOf(name, text, l)
		if seen[pos] { // two of gitleaks' rules about one secret
			continue
		}
		seen[pos] = true
		f := lint.Finding{Pos: pos, Secret: true,
			Message: fmt.Sprintf("this looks like a secret (%s, by gitleaks); revoke it, for it stays in the git history, then take it out and name the place where its successor is kept", l.RuleID)}
		if files.Commit != "" {
			f.Pos = registry.Pos{File: name} // its lines are of another time
			f.Message = fmt.Sprintf("in commit %.12s of this change, %s holds what looks like a secret (%s, by gitleaks); revoke it, and take the commit out before the change is merged",
				files.Commit, pos, l.RuleID)
		}
		found = append(found, leaked{f, l.Secret})
	}
	return found
}

// placeOf is where a secret begins. gitleaks counts its lines from 0.
func placeOf(name string, text []byte, l leak.Finding) registry.Pos {
	start := 0
	for range l.StartLine {
		i := bytes.IndexByte(text[start:], '\n')
		if i < 0 {
			break
		}
		start += i + 1
	}
	if i := bytes.Index(text[start:], []byte(l.Secret)); i > 0 && l.Secret != "" {
		start += i
	}
	line := bytes.LastIndexByte(text[:start], '\n') + 1
	return registry.Pos{File: name, Line: 1 + bytes.Count(text[:start], []byte("\n")), Column: 1 + start - line, Offset: start}
}
