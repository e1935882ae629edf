package registry

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// withPolicies is a registry of one identity and some files of policies/.
func withPolicies(files map[string]string) fstest.MapFS {
	fsys := one("registry/identities/n8n-prod/good.cue", good)
	for name, text := range files {
		fsys["policies/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestApprovalPoliciesAreReadWithTheirSchema(t *testing.T) {
	s := load(t, withPolicies(map[string]string{"b.cedar": "// größer", "a.cedar": "", "schema.cedarschema": "entity person;", "README.md": "x", "other.cedarschema": "x"}))
	if show(s) != "none\n" {
		t.Errorf("nothing is wrong, and it says:\n%s", show(s))
	}
	if got := fmt.Sprintf("%q", s.Approvals); got != `[{"a" "policies/a.cedar" ""} {"b" "policies/b.cedar" "// größer"}]` {
		t.Errorf("the approval policies are %s", got)
	}
	if string(s.ApprovalSchema) != "entity person;" {
		t.Errorf("their schema is %q", s.ApprovalSchema)
	}
	if s.Approval("b") == nil || s.Approval("b").File != "policies/b.cedar" || s.Approval("c") != nil {
		t.Error("a policy is not found by its name, or one that there is not")
	}
}

func TestPoliciesThatNobodyCouldReviewAreNotRead(t *testing.T) {
	large := strings.Repeat("//\n", largestApproval/3+1)
	for _, c := range []struct {
		name  string
		files map[string]string
		read  int // policies with a text
		want  string
	}{
		{"a large one", map[string]string{"a.cedar": large, "b.cedar": "//"}, 1, "policies/a.cedar:1:1: integrity/hostile: the file is larger than 256 KiB and is not read; split it"},
		{"a large schema", map[string]string{"schema.cedarschema": large}, 0, "policies/schema.cedarschema:1:1: integrity/hostile: the file is larger than 256 KiB"},
		{"one that is no text", map[string]string{"a.cedar": "permit\xff", "b.cedar": "//"}, 1, "policies/a.cedar:1:1: integrity/hostile: the file is not UTF-8 and is not read; save it as UTF-8"},
		{"one that reads otherwise than it is", map[string]string{"a.cedar": "// \u202etimrep"}, 1, "policies/a.cedar:1:4: integrity/hostile: the invisible character U+202E"},
		{"one that is somewhere else", map[string]string{"a.cedar": "version https://git-lfs.github.com/spec/v1\n"}, 0, "policies/a.cedar:1:1: integrity/hostile: the file is a Git LFS pointer"},
		{"many", manyPolicies(201, "//"), 200, "policies/p200.cedar:1:1: integrity/hostile: the folder holds more than 200 approval policies or 1024 KiB of them, and this one and those behind it are not read"},
		{"much", manyPolicies(10, large[:200<<10]), 5, "policies/p005.cedar:1:1: integrity/hostile: the folder holds more than 200 approval policies or 1024 KiB of them, and this one and those behind it are not read"},
	} {
		s := load(t, withPolicies(c.files))
		if !strings.Contains(show(s), c.want) {
			t.Errorf("%s: it says:\n%.400s\nwant %s", c.name, show(s), c.want)
		}
		read := 0
		for _, p := range s.Approvals {
			if p.Text != nil {
				read++
			}
		}
		if read != c.read || bytes.Contains(s.ApprovalSchema, []byte("//")) {
			t.Errorf("%s: %d policies are read, want %d; the schema has %d bytes", c.name, read, c.read, len(s.ApprovalSchema))
		}
		if s.Identity("n8n-prod/good") == nil {
			t.Errorf("%s: the identities are not read", c.name)
		}
	}
}

func manyPolicies(n int, text string) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("p%03d.cedar", i)] = text
	}
	return files
}
