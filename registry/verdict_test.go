package registry

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"

	"github.com/rollcall-dev/rollcall/schema"
)

// plainVerdict is what CUE alone says of the schema and one file together.
func plainVerdict(text string) error {
	inst := build.NewContext().NewInstance("", nil)
	for name, src := range map[string]string{"schema.cue": schema.CUE, "entry.cue": text} {
		f, err := parser.ParseFile(name, src)
		if err != nil {
			return err
		}
		if err := inst.AddSyntax(f); err != nil {
			return err
		}
	}
	if err := inst.Complete(); err != nil {
		return err
	}
	v := cuecontext.New(cuecontext.CUE_DEBUG("")).BuildInstance(inst)
	if err := v.Err(); err != nil {
		return err
	}
	return v.LookupPath(cue.ParsePath("identities")).Validate(cue.Concrete(true))
}

var (
	anyLiteral = regexp.MustCompile(`"[^"\n]*"|\btrue\b|\[\]`)
	anyField   = regexp.MustCompile(`(?m)^\t(\w+):`)
)

// mutant changes a text in one or two of the ways in which people go wrong.
func mutant(rng *rand.Rand, text string) string {
	values := []string{`"workflow"`, `"token"`, `""`, `"privileged"`, `"2027-02-30"`, `"2028-02-29"`, `"team/crm"`, `"person/x y"`, `5`, `-1.5`, `true`, `null`, `[]`, `["a"]`, `{}`, `{on: "2026-01-01", by: "person/a"}`, `"90d"`, `"9x"`, `"none"`, `"https://a.example.com"`, `" "`, `"a\nb"`}
	names := []string{"scopes", "kind", "app", "auth", "owner", "login", "trigger", "uses", "lifetime", "path", "Owner", "labels", "credential", "nothing"}
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	for range 1 + rng.IntN(2) {
		switch rng.IntN(5) {
		case 0:
			text = replaceNth(rng, anyLiteral, text, pick(values))
		case 1:
			text = replaceNth(rng, anyField, text, "\t"+pick(names)+":")
		case 2:
			lines := strings.Split(text, "\n")
			i := 3 + rng.IntN(len(lines)-3)
			text = strings.Join(append(lines[:i:i], lines[i+1:]...), "\n")
		case 3:
			text = strings.TrimSuffix(strings.TrimSpace(text), "}") + "\t" + pick(names) + ": " + pick(values) + "\n}\n"
		case 4:
			text = regexp.MustCompile(`#\w+ & `).ReplaceAllString(text, pick([]string{"", "#Workflow & ", "#Token & ", "#Connector & ", "#Identity & "}))
		}
	}
	return text
}

func replaceNth(rng *rand.Rand, re *regexp.Regexp, text, by string) string {
	all := re.FindAllStringIndex(text, -1)
	if len(all) == 0 {
		return text
	}
	at := all[rng.IntN(len(all))]
	return text[:at[0]] + by + text[at[1]:]
}

// whole are the problems of ours that CUE has no word for.
func whole(s *Snapshot) bool {
	for _, p := range s.Problems {
		if p.Rule == ruleSchema && !strings.Contains(p.Message, "stands twice") {
			return false
		}
	}
	return true
}

func TestOurVerdictIsThatOfCUEAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	accepted, refused := 0, 0
	var goods []string
	for _, f := range archive(t, "testdata/vet/good.txtar").Files {
		if strings.HasPrefix(f.Name, "registry/identities/") {
			goods = append(goods, string(f.Data))
		}
	}
	for i := range 300 {
		text := mutant(rng, goods[i%len(goods)])
		s, err := Loader{Workers: 1}.Load(t.Context(), fstest.MapFS{"registry/identities/n8n-prod/x.cue": {Data: []byte(text)}}, "")
		if err != nil {
			t.Fatal(err)
		}
		cueErr := plainVerdict(text)
		if strings.Contains(show(s), ruleHostile) || strings.Contains(show(s), "stands twice") {
			continue // the subset is ours, and narrower
		}
		if whole(s) != (cueErr == nil) {
			t.Errorf("CUE says %v, and we say:\n%sof:\n%s", cueErr, show(s), text)
		}
		if cueErr == nil {
			accepted++
		} else {
			refused++
		}
	}
	if accepted < 30 || refused < 100 {
		t.Errorf("%d texts were accepted and %d refused; the mutants prove too little", accepted, refused)
	}
}

func TestADayIsOneThatTheCalendarHas(t *testing.T) {
	c := &checker{}
	for _, year := range []int{1900, 2000, 2023, 2024, 2100} {
		for month := range 14 {
			for day := range 33 {
				text := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				_, err := time.Parse(time.DateOnly, text)
				if got := len(c.check("#Date", &node{kind: textNode, text: text})) == 0; got != (err == nil) {
					t.Errorf("date %s is accepted: %v", text, got)
				}
			}
		}
	}
}

func TestWhatTheSchemaAcceptsCanBeRead(t *testing.T) {
	c := &checker{}
	accepts := func(def, text string) bool { return len(c.check(def, &node{kind: textNode, text: text})) == 0 }
	for _, text := range []string{"0m", "15m", "90d", "99999d", "9999w", "99999w", "100000d", "1.5h", "d", "-1d", "5 d", "90", "5y"} {
		_, err := ParseDuration(text)
		if accepts("#Duration", text) && err != nil {
			t.Errorf("the schema accepts %q, which cannot be read: %v", text, err)
		}
		if text == "9999w" || text == "99999d" {
			if d, err := ParseDuration(text); err != nil || d <= 0 || d.String() == "" {
				t.Errorf("duration %q reads as %v, %v", text, d, err)
			}
		}
	}
	for _, text := range []string{"2026-11-01T22:00:00Z", "2026-11-01T22:00:00.123+02:00", "2026-11-01T24:00:00Z", "2026-02-30T00:00:00Z", "2026-11-01 22:00", "2026-11-01T22:00:00-23:59", "2028-02-29T23:59:59Z"} {
		if accepts("#Time", text) == Time(text).Time().IsZero() {
			t.Errorf("moment %q is accepted: %v, and reads as %v", text, accepts("#Time", text), Time(text).Time())
		}
	}
}
