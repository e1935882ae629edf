package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A board is a forge in memory: branches by key, with what stands on them.
type board struct {
	open   map[string]string
	pushes int
	down   error
}

func (b *board) Open(_ context.Context, p Proposal, commit string, last Proposed) (Proposed, error) {
	text := fmt.Sprint(commit, p.Title, p.Body, p.Files)
	now, there := b.open[p.Key]
	next := Proposed{Branch: "rollcall/" + digest(p.Key)[:12], Commit: digest(text)[:12], Base: commit, Digest: digest(text)}
	switch {
	case b.down != nil:
		return Proposed{}, b.down
	case last.Branch != "" && !there:
		return Proposed{}, ErrClosed
	case strings.HasPrefix(now, "theirs"):
		return Proposed{Branch: next.Branch, Commit: now}, ErrTheirs
	case now == text:
		return last, nil
	}
	b.pushes++
	b.open[p.Key] = text
	return next, nil
}

func (b *board) Close(_ context.Context, key, _ string, _ Proposed) error {
	switch {
	case b.down != nil:
		return b.down
	case strings.HasPrefix(b.open[key], "theirs"):
		return ErrTheirs
	}
	delete(b.open, key)
	return nil
}

// proposals runs passes over a tenant whose registry is in files, eleven minutes
// apart, with a forge in memory.
type proposals struct {
	*world
	*board
	t     *testing.T
	files repository
}

func proposalsOf(t *testing.T, entries map[string][]string, objects ...tenant.Object) *proposals {
	w := newWorld(registry.Snapshot{}, objects...)
	p := &proposals{w, &board{open: map[string]string{}}, t, proposing(entries)}
	p.merge(nil, "c0ffee")
	return p
}

// merge has the registry at a commit with more files.
func (p *proposals) merge(files map[string]string, commit string) {
	maps.Copy(p.files, files)
	p.want = p.files.load(p.t)
	p.want.Commit = commit
}

// passes runs some passes and returns what they did about proposals.
func (p *proposals) passes(n int) (did []string) {
	p.t.Helper()
	for range n {
		r := p.reconciler()
		r.Forge = p.board
		out, err := r.Pass(p.t.Context())
		if err != nil {
			p.t.Fatalf("pass: %v", err)
		}
		for _, c := range out.Proposed {
			did = append(did, fmt.Sprintf("%s: %s: %s", c.Kind, c.Proposed.Title, c.Reason))
		}
		if out.Unproposed != "" {
			did = append(did, "failed: "+out.Unproposed)
		}
		time.Sleep(11 * time.Minute)
	}
	return did
}

func (p *proposals) expect(what string, got, want []string) {
	p.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var (
	x    = map[string][]string{"x": {"workflow"}}
	here = live(registry.Workflow, "1", "x")
)

const declareNew, undeclaredNew = "declare t/new, a workflow that is live", "t undeclared workflow:9 "

func TestAProposalIsOpenedOnceAndWithdrawnWhenItsDriftIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, x, here, live(registry.Workflow, "9", "new"))
		p.expect("drift that was seen once is proposed", p.passes(1), nil)
		p.expect("drift that stands is not proposed", p.passes(1), []string{"proposed: " + declareNew + ": "})
		p.expect("what is open is proposed again", p.passes(3), nil)
		if r := p.records(RecordProposed); len(r) != 1 || r[0].Data.Proposal.Branch == "" || r[0].Data.Proposal.Commit == "" || r[0].Data.Proposal.Drift != undeclaredNew {
			t.Errorf("the evidence does not name branch and commit: %+v", r)
		}
		delete(p.objects, "workflow:9")
		p.expect("drift that is gone leaves its proposal open", p.passes(2), []string{"withdrawn: " + declareNew + ": the drift is gone"})
		if len(p.open) != 0 || p.pushes != 1 || len(p.records(RecordWithdrawn)) != 1 {
			t.Errorf("%d are open after %d pushes", len(p.open), p.pushes)
		}
	})
}

func TestAMergedProposalIsWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, map[string][]string{"x": {"workflow"}, "y": {"workflow"}}, here)
		p.passes(2)
		if len(p.open) != 1 {
			t.Fatalf("%d are open", len(p.open))
		}
		r := proposing(map[string][]string{"y": {"workflow"}})
		p.merge(map[string]string{"registry/identities/t/y.cue": strings.Replace(r["registry/identities/t/y.cue"], `"active" //`, `"suspended" //`, 1)}, "c0ffee2")
		p.expect("what is declared now is still proposed", p.passes(1), []string{"withdrawn: retire t/y, which is missing: the drift is gone"})
	})
}

func TestAProposalFollowsItsDriftAndTheRegistry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, map[string][]string{"x": {"token", `scopes: ["a"]`}}, live(registry.Token, "1", "x"))
		const title = "proposed: declare the scopes of t/x as it is live: "
		p.expect("it is not proposed", p.passes(2), []string{title})
		o := p.object(registry.Token, "1")
		o.Scopes = []string{"a", "b"}
		p.put(o)
		p.expect("another drift leaves the proposal as it is", p.passes(2), []string{title})
		p.merge(nil, "c0ffee2")
		p.expect("another commit leaves the proposal on the old one", p.passes(2), []string{title})
		if text := p.open["t changed t/x scopes"]; !strings.Contains(text, `["a", "b"]`) || !strings.HasPrefix(text, "c0ffee2") {
			t.Errorf("what is open is %q", text)
		}
	})
}

func TestAClosedProposalIsNotReopenedUntilTheDriftChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, map[string][]string{"x": {"token", `scopes: ["a"]`}}, live(registry.Token, "1", "x"))
		p.passes(2)
		clear(p.open)
		title := "declare the scopes of t/x as it is live"
		p.expect("that a person closed it is not noted once", p.passes(3), []string{"withdrawn: " + title + ": " + ErrClosed.Error()})
		p.merge(nil, "c0ffee2")
		p.expect("another commit opens it again", p.passes(1), nil)
		o := p.object(registry.Token, "1")
		o.Scopes = []string{"b"}
		p.put(o)
		p.expect("other drift is not proposed", p.passes(1), []string{"proposed: " + title + ": "})
		clear(p.open)
		p.passes(1)
		o.Scopes = []string{"a"}
		p.put(o)
		p.passes(1)
		o.Scopes = []string{"b"}
		p.put(o)
		p.expect("drift that came back is not proposed", p.passes(2), []string{"proposed: " + title + ": "})
	})
}

func TestWhatPeopleChangedIsLeftToThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, x, here, live(registry.Workflow, "9", "new"))
		p.passes(2)
		p.open[undeclaredNew] = "theirs"
		p.expect("it is not said once", p.passes(3), []string{"withdrawn: " + declareNew + ": " + ErrTheirs.Error()})
		delete(p.objects, "workflow:9")
		p.expect("it is forgotten", p.passes(2), []string{"withdrawn: " + declareNew + ": the drift is gone; " + ErrTheirs.Error()})
		if p.open[undeclaredNew] != "theirs" {
			t.Error("what people did is gone")
		}
	})
}

func TestAForgeThatFailsKeepsNothingElseFromBeingDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, x, here, live(registry.Workflow, "9", "new"), live(registry.Workflow, "8", "newer"))
		p.down = errors.New("the repository refuses")
		p.passes(1)
		did := p.passes(1)
		if len(did) != 1 || !strings.Contains(did[0], declareNew+": the repository refuses") || !strings.Contains(did[0], "t/newer") {
			t.Errorf("the pass says %q; want both proposals, and why they failed", did)
		}
		p.down = nil
		if did := p.passes(1); len(did) != 2 || len(p.open) != 2 {
			t.Errorf("with the forge back it does %q", did)
		}
		p.down = errors.New("the repository refuses")
		delete(p.objects, "workflow:9")
		p.passes(1)
		p.down = nil
		p.expect("what could not be withdrawn is forgotten", p.passes(1), []string{"withdrawn: " + declareNew + ": the drift is gone"})
	})
}

func TestAHangingForgeIsLeftInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, x, here, live(registry.Workflow, "9", "new"))
		p.passes(1)
		r := p.reconciler()
		r.Forge = hanging{}
		began := time.Now()
		out, err := r.Pass(t.Context())
		if took := time.Since(began); err != nil || took > forgeTime || !strings.Contains(out.Unproposed, "deadline") {
			t.Errorf("the pass took %s and says %q, %v", took, out.Unproposed, err)
		}
		if len(p.alerts) == 0 {
			t.Error("people were not told of the drift")
		}
	})
}

type hanging struct{ Forge }

func (hanging) Open(ctx context.Context, _ Proposal, _ string, _ Proposed) (Proposed, error) {
	<-ctx.Done()
	return Proposed{}, ctx.Err()
}

func TestNothingIsWithdrawnForWhatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, x, here, live(registry.Workflow, "9", "new"))
		p.passes(2)
		whole := p.read[registry.Workflow]
		p.objects = map[string]tenant.Object{here.Key(): here}
		p.read[registry.Workflow] = tenant.Coverage{Cause: tenant.Forbidden, Fields: everyField}
		p.expect("a kind that was not read whole", p.passes(2), nil)
		p.read[registry.Workflow] = whole
		p.broken = errors.New("no answer")
		p.expect("a tenant that does not answer", p.passes(2), nil)
		p.broken = nil
		good := maps.Clone(p.files)
		p.merge(map[string]string{"registry/identities/t/z.cue": "package registry\n\nidentities: {"}, "bad")
		p.expect("a registry with a mistake", p.passes(2), nil)
		if len(p.open) != 1 {
			t.Fatal("the proposal is gone")
		}
		p.files = good
		p.merge(nil, "c0ffee")
		p.expect("it is read again", p.passes(1), []string{"withdrawn: " + declareNew + ": the drift is gone"})
	})
}

func TestWithoutAForgeNothingIsProposedAndThePlanSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := proposalsOf(t, x, here, live(registry.Workflow, "9", "new"))
		p.passes(1)
		r := p.reconciler()
		r.Forge, r.Mute = p.board, "proposals are off"
		out, err := r.Pass(t.Context())
		if err != nil || len(p.open) > 0 || len(out.Plan.Proposals) > 0 {
			t.Errorf("%d are open, %v", len(p.open), err)
		}
		if !slices.ContainsFunc(out.Plan.Actions, func(a Action) bool { return a.Verb == DoFlag && strings.Contains(a.Why, "proposals are off") }) {
			t.Errorf("the plan does not say so: %v", out.Plan.Actions)
		}
		look, err := p.reconciler().Look(t.Context())
		if err != nil || len(look.Plan.Proposals) != 1 || len(p.open) > 0 {
			t.Errorf("a look shows %d proposals, and %d are open; %v", len(look.Plan.Proposals), len(p.open), err)
		}
	})
}
