package approval

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"github.com/rollcall-dev/rollcall/registry"
)

// A Fault is why a policy or a schema is none.
type Fault struct {
	Pos     registry.Pos
	Message string // what follows the name: "does not parse: …"; the way out behind a semicolon

	unknown *Unknown
}

// A Schema says what policies may talk about.
type Schema struct {
	resolved  *resolved.Schema
	validator *validate.Validator
	requests  int // kinds of them: an action, a principal's and a resource's type
}

// A Policy is an approval policy that parses and satisfies its schema.
type Policy struct {
	Name string
	File string

	text   []byte
	set    cedar.PolicyMap
	schema *Schema
	said   vocabulary
}

// ReadSchema reads policies/schema.cedarschema.
func ReadSchema(text []byte) (*Schema, *Fault) {
	top := registry.Pos{File: registry.ApprovalSchemaFile, Line: 1, Column: 1}
	if nested(text) > mostNested {
		return nil, &Fault{Pos: top, Message: tooDeep}
	}
	var s schema.Schema
	if err := s.UnmarshalCedar(text); err != nil {
		return nil, unparsed(registry.ApprovalSchemaFile, text, err)
	}
	requests, why := extent(s.AST())
	if why != "" {
		return nil, &Fault{Pos: top, Message: why}
	}
	r, err := s.Resolve()
	if err != nil {
		return nil, &Fault{Pos: top, Message: fmt.Sprintf("is no schema: %s; declare what it names", err)}
	}
	return &Schema{resolved: r, validator: validate.New(r), requests: requests}, nil
}

// Read reads a policy and holds it to its schema. The policy is nil where there
// are faults, at most [mostFaults].
func Read(p registry.ApprovalPolicy, s *Schema) (*Policy, []Fault) {
	top := registry.Pos{File: p.File, Line: 1, Column: 1}
	if nested(p.Text) > mostNested {
		return nil, []Fault{{Pos: top, Message: tooDeep}}
	}
	list, err := cedar.NewPolicyListFromBytes(p.File, p.Text)
	if err != nil {
		return nil, []Fault{*unparsed(p.File, p.Text, err)}
	}
	read := &Policy{Name: p.Name, File: p.File, text: p.Text, schema: s, set: make(cedar.PolicyMap, len(list))}
	if len(list) == 0 {
		return nil, []Fault{{Pos: top, Message: "holds no permit and no forbid, and so denies everything; write who may approve what"}}
	}
	for i, statement := range list {
		read.set[cedar.PolicyID(fmt.Sprintf("policy%d", i))] = statement
		read.said.hear((*ast.Policy)(statement.AST()))
	}
	words, all := words(read.said.texts, read.said.patterns)
	read.said.words, read.said.missing = words, !all
	if len(list) > mostStatements || read.said.nodes*s.requests > mostWork {
		return nil, []Fault{{Pos: top, Message: fmt.Sprintf("is too large to be judged: %d statements, %d expressions, %d kinds of request; split it", len(list), read.said.nodes, s.requests)}}
	}
	var faults []Fault
	for _, statement := range list {
		err := s.validator.Policy("", (*ast.Policy)(statement.AST()))
		for _, message := range messages(err) {
			faults = append(faults, Fault{
				Pos:     read.pos(statement.Position()),
				Message: fmt.Sprintf("does not satisfy its schema: %s; mend it here or in %s", message, registry.ApprovalSchemaFile),
				unknown: unknownTo(message, s),
			})
		}
	}
	if len(faults) > 0 {
		return nil, faults[:min(len(faults), mostFaults)]
	}
	return read, nil
}

var tooDeep = fmt.Sprintf("has more than %d brackets within brackets, or signs before signs; write it plainer", mostNested)

// mostFaults is how many faults of one policy are told.
const mostFaults = 10

// Forbids tells whether the policy denies anything in so many words, and not
// only by permitting nothing.
func (p *Policy) Forbids() bool {
	for _, statement := range p.set {
		if statement.Effect() == cedar.Forbid {
			return true
		}
	}
	return false
}

// KnowsBots tells whether the schema declares whom a policy is to forbid as bots.
func (p *Policy) KnowsBots() bool {
	set, _ := p.schema.resolved.Entities[identity].Shape["bots"].Type.(resolved.SetType)
	return set.Element == resolved.EntityType(person)
}

// messages are the messages of joined errors. What is said of each kind of
// request is said once, and what only follows from another is left out.
func messages(err error) (all []string) {
	if err == nil {
		return nil
	}
	errs := []error{err}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		errs = joined.Unwrap()
	}
	slices.SortFunc(errs, func(x, y error) int { return strings.Compare(x.Error(), y.Error()) })
	said := map[string]bool{}
	for _, e := range errs {
		m := strings.Join(strings.Fields(e.Error()), " ")
		if sort := ofAction.ReplaceAllString(m, ""); !said[sort] {
			said[sort] = true
			all = append(all, m)
		}
	}
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(m string) bool { return strings.HasPrefix(m, "unable to find an applicable action") })
	}
	return all
}

var ofAction = regexp.MustCompile(` for [\w:]*Action::"[^"]*"`)

// placed takes apart what Cedar's parsers say: they tell the place in words.
var placed = regexp.MustCompile(`^(?:parser error: )?(?:parse error at )?[^" ]*?(\d+):(\d+)(?: ("(?:[^"\\]|\\.)*"))?: (.*)$`)

func unparsed(file string, text []byte, err error) *Fault {
	f := &Fault{Pos: registry.Pos{File: file, Line: 1, Column: 1}, Message: fmt.Sprintf("does not parse: %s; mend it", err)}
	m := placed.FindStringSubmatch(err.Error())
	if m == nil {
		return f
	}
	line, _ := strconv.Atoi(m[1])
	column, _ := strconv.Atoi(m[2])
	f.Pos = at(file, text, line, column)
	near := ""
	if m[3] != "" && m[3] != `""` {
		near = " at " + m[3]
	}
	f.Message = fmt.Sprintf("does not parse%s: %s; mend it", near, m[4])
	return f
}

// at is the place of a line and a column that is counted in characters.
func at(file string, text []byte, line, column int) registry.Pos {
	pos := registry.Pos{File: file, Line: line, Column: 1}
	for n := 1; n < line; n++ {
		end := slices.Index(text[pos.Offset:], '\n')
		if end < 0 {
			return pos
		}
		pos.Offset += end + 1
	}
	rest, _, _ := strings.Cut(string(text[pos.Offset:]), "\n")
	var n int
	for i := range rest {
		if n++; n == column {
			pos.Column, pos.Offset = i+1, pos.Offset+i
			return pos
		}
	}
	pos.Column, pos.Offset = len(rest)+1, pos.Offset+len(rest)
	return pos
}

func (p *Policy) pos(at cedar.Position) registry.Pos {
	before := string(p.text[:at.Offset])
	return registry.Pos{File: p.File, Line: at.Line, Column: at.Offset - strings.LastIndexByte(before, '\n'), Offset: at.Offset}
}
