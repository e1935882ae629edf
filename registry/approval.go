package registry

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// ApprovalSchemaFile is where the schema of all approval policies stands.
const ApprovalSchemaFile = "policies/schema.cedarschema"

// An ApprovalPolicy is the text of policies/NAME.cedar. What it says is for
// package approval to tell.
type ApprovalPolicy struct {
	Name string
	File string
	Text []byte // nil where the file was refused; a problem says why
}

// Approval is the approval policy of that name, or nil.
func (s *Snapshot) Approval(name string) *ApprovalPolicy {
	i, ok := slices.BinarySearchFunc(s.Approvals, name, func(p ApprovalPolicy, name string) int { return cmp.Compare(p.Name, name) })
	if !ok {
		return nil
	}
	return &s.Approvals[i]
}

const (
	mostApprovals    = 200       // policies that a folder may hold
	mostApprovalText = 1 << 20   // bytes of all of them together
	largestApproval  = 256 << 10 // bytes of one, or of their schema
)

// policies reads the approval policies and their schema.
func (w *walker) policies() error {
	entries, err := fs.ReadDir(w.fsys, "policies")
	if err != nil {
		return fmt.Errorf("read folder policies: %w", err)
	}
	if len(entries) > mostEntries {
		return errTooMany
	}
	size, full := 0, false
	for _, e := range entries {
		file := "policies/" + e.Name()
		name, isPolicy := strings.CutSuffix(e.Name(), ".cedar")
		switch {
		case irregular(e.Type()) != "":
			w.hostile(file, "the file is "+irregular(e.Type())+"; keep the file itself in the repository")
			continue
		case e.IsDir(), isPolicy && full, !isPolicy && file != ApprovalSchemaFile:
			continue
		}
		text, err := w.cedar(file)
		if err != nil {
			return err
		}
		if !isPolicy {
			w.approvalSchema = text
			continue
		}
		if size += len(text); size > mostApprovalText || len(w.approvals) == mostApprovals {
			full = true
			w.hostile(file, fmt.Sprintf("the folder holds more than %d approval policies or %d KiB of them, and this one and those behind it are not read; let identities share policies", mostApprovals, mostApprovalText>>10))
			continue
		}
		w.approvals = append(w.approvals, ApprovalPolicy{name, file, text})
	}
	return nil
}

// cedar is the text of a file of policies/, or nil where it is refused.
func (w *walker) cedar(file string) ([]byte, error) {
	text, err := readFile(w.fsys, file, largestApproval)
	if err != nil {
		return nil, err
	}
	switch {
	case len(text) > largestApproval:
		w.hostile(file, fmt.Sprintf("the file is larger than %d KiB and is not read; split it", largestApproval>>10))
		return nil, nil
	case !utf8.Valid(text):
		w.hostile(file, "the file is not UTF-8 and is not read; save it as UTF-8")
		return nil, nil
	}
	r := &reader{file: file, text: text}
	r.strangeText()
	w.problems = append(w.problems, r.problems...)
	return r.text, nil
}
