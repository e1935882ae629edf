package reconcile

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

var (
	simulations = flag.Int("simulations", 1500, "how many worlds are simulated")
	simulate    = flag.Uint64("simulate", 0, "simulate the world of this seed alone, and tell what happens in it")
)

// A simulation is a world in which people edit the tenant and the registry
// while everything fails now and then. What the reconciler promises is checked
// by what the world saw and by the evidence, never by the reconciler's own
// state.
type simulation struct {
	*world
	*rand.Rand
	t     *testing.T
	seed  uint64
	desk  desk
	calm  bool // no faults, and nobody edits
	story []string

	base   []*registry.Identity // what is rightly declared
	broken bool                 // the registry has a mistake
	shrunk bool                 // it declares next to nothing
	glass  *registry.Access
	paused bool

	partial  map[tenant.Kind]bool // kinds that the last observation did not read whole
	hidden   map[string]tenant.Object
	crashing bool
	writes   []simWrite
	edited   map[string]int // edits by people and the registry, by object
	inPass   int            // writes since the last observation
	approved bool
}

// A simWrite is a write that reached the tenant.
type simWrite struct {
	key, verb string
	edits     int // edits of the object before it
	logged    int // records in the evidence by then
}

var errSimulated = errors.New("simulated fault")

func (s *simulation) tell(format string, args ...any) {
	s.story = append(s.story, time.Now().UTC().Format("02 15:04 ")+fmt.Sprintf(format, args...))
}

func (s *simulation) broke(format string, args ...any) {
	s.t.Helper()
	s.t.Fatalf("seed %d: %s\n%s", s.seed, fmt.Sprintf(format, args...), strings.Join(s.story[max(0, len(s.story)-60):], "\n"))
}

func newSimulation(t *testing.T, seed uint64) *simulation {
	s := &simulation{Rand: rand.New(rand.NewPCG(seed, 42)), t: t, seed: seed, desk: desk{}, edited: map[string]int{}, hidden: map[string]tenant.Object{}}
	w := newWorld(registryOf(enforcing()))
	s.world = w
	for i := range 8 + s.IntN(8) {
		id := workflow(fmt.Sprint("wf-", i))
		id.Live.ID = fmt.Sprint("w", i)
		id.Auth = ""
		if i%5 == 4 {
			id.Access = justInTime
		}
		s.base = append(s.base, id)
		o := live(registry.Workflow, id.Live.ID, id.Name())
		if id.Access == justInTime {
			o.State = tenant.Disabled
		}
		w.put(o)
	}
	for i := range 3 {
		id := &registry.Identity{ID: fmt.Sprint("t/sa-", i), Kind: registry.ServiceAccount, State: registry.Active, Role: "member", Live: registry.Live{ID: fmt.Sprint("a", i)}}
		o := live(registry.ServiceAccount, id.Live.ID, id.Name())
		o.Role = "member"
		if i == 0 {
			id.Role, o.Role, o.Self = "admin", "admin", true
		}
		s.base = append(s.base, id)
		w.put(o)
	}
	for i := range 2 { // each is used by two workflows, if they do not change
		id := &registry.Identity{ID: fmt.Sprint("t/cn-", i), Kind: registry.Connector, State: registry.Active, Live: registry.Live{ID: fmt.Sprint("c", i)}}
		s.base = append(s.base, id)
		w.put(live(registry.Connector, id.Live.ID, id.Name()))
		for n := range 2 {
			o := s.object(registry.Workflow, fmt.Sprint("w", 2*i+n))
			o.Uses = []tenant.Ref{{Kind: registry.Connector, ID: id.Live.ID}}
			w.put(o)
		}
	}
	w.can[registry.Connector] = []tenant.Ability{tenant.CanSuspend, tenant.CanResume, tenant.CanRevoke}
	s.merge()
	w.step = s.fault
	return s
}

// merge makes the registry that is followed.
func (s *simulation) merge() {
	ten := enforcing(Undeclared, Changed, Expired, Retired, Unreleased, Unlocked)
	ten.Limits = registry.Limits{Reverts: 3, Share: 0.5}
	ids := s.base
	if s.shrunk {
		ids = ids[:s.IntN(2)]
	}
	snap := registryOf(ten, slices.Clone(ids)...)
	snap.Commit = fmt.Sprintf("%016x", s.Uint64())
	if s.broken {
		snap.Problems = []registry.Problem{{Message: "a mistake"}}
	}
	if s.glass != nil {
		snap.Access = append(snap.Access, s.glass)
	}
	s.want = registry.Build(snap)
}

// fault is called before and after each operation.
func (s *simulation) fault(when, what string) error {
	if s.calm {
		return nil
	}
	switch {
	case s.IntN(150) == 0:
		s.tell("crash %s %s", when, what)
		s.crashing = true
		panic("power cut")
	case s.IntN(60) == 0:
		s.tell("error %s %s", when, what)
		return errSimulated
	}
	return nil
}

// Observe tells a part where a page is lost.
func (s *simulation) Observe(ctx context.Context) (tenant.Observation, error) {
	s.inPass, s.partial = 0, map[tenant.Kind]bool{}
	got, err := s.world.Observe(ctx)
	if err != nil || s.calm || s.IntN(6) > 0 {
		return got, err
	}
	kind := registry.Workflow
	s.partial[kind] = true
	got.Read = map[tenant.Kind]tenant.Coverage{}
	for k, c := range s.read {
		c.Whole = c.Whole && k != kind
		got.Read[k] = c
	}
	got.Objects = slices.DeleteFunc(slices.Clone(got.Objects), func(o tenant.Object) bool { return o.Kind == kind && s.IntN(2) == 0 })
	s.tell("a page is lost: %d objects are seen", len(got.Objects))
	return got, nil
}

// write checks each write at the moment at which it reaches the tenant.
func (s *simulation) write(verb string, o tenant.Object, do func() (tenant.Receipt, error)) (tenant.Receipt, error) {
	key := o.Key()
	s.inPass++
	limit := s.want.Tenants[0].Limits.Reverts
	switch {
	case s.paused:
		s.broke("%s of %s while the reverts are paused", verb, key)
	case s.broken:
		s.broke("%s of %s while the registry has a mistake", verb, key)
	case s.shrunk:
		s.broke("%s of %s by a registry that shrank", verb, key)
	case s.partial[o.Kind]:
		s.broke("%s of %s, of a kind that was not read whole", verb, key)
	case o.Self || s.object(o.Kind, o.ID).Self:
		s.broke("%s of %s, with which rollcall signs in", verb, key)
	case s.inPass > limit && !s.approved:
		s.broke("%d writes in a pass, over the limit of %d", s.inPass, limit)
	case s.glass != nil && s.glass.Kind == breakGlass && isOpen(s.glass, time.Now()) && slices.ContainsFunc(s.base, func(id *registry.Identity) bool {
		return id.Live.ID == o.ID && slices.Contains(s.glass.Identities, id.ID)
	}):
		s.broke("%s of %s inside a break-glass window", verb, key)
	case s.ordered(o):
		s.broke("%s of %s inside a break-glass window that was ordered", verb, key)
	case s.declared(o).State == registry.Retired && s.used(o) != "":
		s.broke("%s of %s, which is retired and which %s uses", verb, key, s.used(o))
	}
	last := s.log[len(s.log)-1]
	if last.Kind != RecordIntent || last.Data.Action.Object.ID != o.ID {
		s.broke("%s of %s without an intent in the evidence before it", verb, key)
	}
	s.seenTwice(last)
	s.tell("%s %s", verb, key)
	before := s.changes
	r, err := do()
	if s.changes > before {
		s.done(verb, key)
	}
	return r, err
}

// done notes a write that changed something: the same one twice, and nothing in
// between, is one too many.
func (s *simulation) done(verb, key string) {
	for _, w := range s.writes {
		if w.key == key && w.verb == verb && w.edits == s.edited[key] {
			s.broke("%s of %s twice, and nobody had changed it in between", verb, key)
		}
	}
	if s.administrators() == 0 && s.objects[key].Role == "admin" {
		s.broke("%s of %s left the tenant without an administrator", verb, key)
	}
	s.writes = append(s.writes, simWrite{key: key, verb: verb, edits: s.edited[key], logged: len(s.log)})
}

// seenTwice checks in the evidence that an earlier plan told of the drift, its
// grace period before.
func (s *simulation) seenTwice(intent Record) {
	x := intent.Data.Action.Drift
	if id := s.want.Identity(x.Identity); id != nil && id.Access == justInTime {
		return // its windows say when
	}
	for _, r := range s.log {
		if r.Data.Plan == nil || intent.Time.Sub(r.Time) < DefaultGrace-time.Minute {
			continue
		}
		for _, a := range r.Data.Plan.Actions {
			if a.Drift.Key() == x.Key() {
				return
			}
		}
		if r.Data.Plan.More > 0 {
			return // it may be among those that the evidence only counts
		}
	}
	s.broke("acted on %q, of which no plan told its grace period before", x.Key())
}

func (s *simulation) Suspend(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	return s.write("suspend", o, func() (tenant.Receipt, error) { return s.world.Suspend(ctx, o) })
}

func (s *simulation) Resume(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	return s.write("resume", o, func() (tenant.Receipt, error) { return s.world.Resume(ctx, o) })
}

func (s *simulation) Revoke(ctx context.Context, o tenant.Object) (tenant.Receipt, error) {
	return s.write("revoke", o, func() (tenant.Receipt, error) { return s.world.Revoke(ctx, o) })
}

func (s *simulation) Restore(ctx context.Context, o, good tenant.Object) (tenant.Receipt, error) {
	return s.write("restore", o, func() (tenant.Receipt, error) { return s.world.Restore(ctx, o, good) })
}

// edit is what people do between two passes.
func (s *simulation) edit() {
	objects := make([]string, 0, len(s.objects))
	for key := range s.objects {
		objects = append(objects, key)
	}
	slices.Sort(objects)
	key := objects[s.IntN(len(objects))]
	o := s.objects[key]
	switch s.IntN(15) {
	case 0, 1:
		o.State = map[string]string{tenant.Enabled: tenant.Disabled, tenant.Disabled: tenant.Enabled}[o.State]
		s.touch(o, "switched")
	case 2:
		if o.Kind == registry.ServiceAccount && !o.Self {
			o.Role = "admin"
			s.touch(o, "raised")
		}
	case 3:
		s.touch(live(registry.Workflow, fmt.Sprintf("x%d", s.IntN(1000)), "rogue"), "made")
	case 4:
		if !o.Self && o.Kind == registry.Workflow {
			delete(s.objects, key)
			s.edited[key]++
			s.tell("%s deleted", key)
		}
	case 5:
		o.Version = fmt.Sprintf("v%d", s.IntN(1000))
		s.touch(o, "edited")
	case 6:
		id := *s.base[s.IntN(len(s.base))]
		id.State = []registry.State{registry.Active, registry.Suspended, registry.Retired, registry.Proposed}[s.IntN(4)]
		s.declare(&id)
	case 7:
		s.broken = !s.broken
		s.tell("registry broken: %v", s.broken)
		s.merge()
	case 8:
		s.shrunk = !s.shrunk
		s.tell("registry shrunk: %v", s.shrunk)
		s.merge()
	case 9:
		s.window()
	case 10:
		s.order()
	case 11:
		id := s.base[s.IntN(len(s.base))].ID
		s.tell("break-glass ordered on %s", id)
		s.desk.give(Order{Kind: OrderBreakGlass, By: "dana", Reason: "a trial", Glass: &Glass{
			Name: fmt.Sprintf("g%d", time.Now().Unix()), Identities: []string{id}, Until: time.Now().Add(time.Hour),
		}})
	}
}

func (s *simulation) touch(o tenant.Object, how string) {
	o.Updated = time.Now().Add(time.Duration(s.IntN(600)-300) * time.Second) // the tenant's clock is not ours
	s.put(o)
	s.edited[o.Key()]++
	s.tell("%s %s: %s", o.Key(), how, o.State)
}

// declare merges another version of an identity.
func (s *simulation) declare(id *registry.Identity) {
	for i, old := range s.base {
		if old.ID == id.ID && !s.object(id.Kind, id.Live.ID).Self {
			s.base = slices.Clone(s.base)
			s.base[i] = id
			s.edited[string(id.Kind)+":"+id.Live.ID]++
			s.tell("%s declared %s", id.ID, id.State)
		}
	}
	s.merge()
}

// window opens a window from now on, or takes it out of the registry.
func (s *simulation) window() {
	for _, id := range s.base { // what it names may be acted on anew
		s.edited[string(id.Kind)+":"+id.Live.ID]++
	}
	s.glass = nil
	if s.IntN(2) == 0 {
		id := s.base[s.IntN(len(s.base))]
		s.glass = &registry.Access{
			ID: "w", Kind: []string{breakGlass, justInTime}[s.IntN(2)], Identities: []string{id.ID},
			From: registry.Time(time.Now().UTC().Format(time.RFC3339)), Until: registry.Time(time.Now().UTC().Add(time.Hour).Format(time.RFC3339)),
		}
		if s.glass.Kind == justInTime {
			s.tell("just-in-time window on %s", id.ID)
		} else {
			s.tell("break-glass on %s", id.ID)
		}
	}
	s.merge()
}

func (s *simulation) order() {
	s.paused = !s.paused
	kind := OrderResume
	if s.paused {
		kind = OrderPause
	}
	s.tell("%s", kind)
	s.desk.give(Order{Kind: kind, By: "dana", Reason: "a trial"})
}

// pass is one round, by a new reconciler, which may die in it.
func (s *simulation) pass() (plan Plan) {
	r := s.reconciler()
	r.Driver, r.Writer, r.Orders = s, s, s.desk
	if s.IntN(8) == 0 && !s.calm {
		r.Writer = nil
	}
	s.crashing = false
	defer func() {
		if v := recover(); v != nil && !s.crashing {
			panic(v)
		}
	}()
	out, err := r.Pass(s.t.Context())
	if err != nil && !errors.Is(err, errSimulated) {
		s.broke("the pass ends with %v", err)
	}
	return out.Plan
}

// jitter is the time between two passes.
func (s *simulation) jitter() { time.Sleep(time.Duration(1+s.IntN(9)) * time.Minute) }

func (s *simulation) run() {
	s.calm = true
	s.pass() // by which later registries are measured
	s.calm = false
	for range 60 {
		for range s.IntN(3) {
			s.edit()
		}
		s.pass()
		s.jitter()
	}
	s.settle()
}

// settle lets everything become quiet: after that the world is as declared, as
// far as the reconciler may make it so.
func (s *simulation) settle() {
	s.calm, s.broken, s.shrunk, s.glass = true, false, false, nil
	s.merge()
	if s.paused {
		s.order()
	}
	for range 3 {
		s.pass()
		s.jitter()
	}
	s.desk.give(Order{Kind: OrderConfirm, By: "dana"})
	time.Sleep(25 * time.Hour) // what was left to a person is tried again
	for range 40 {
		plan := s.pass()
		s.approved = false
		time.Sleep(11 * time.Minute)
		if plan.Limit { // two people let it through
			s.desk.give(Order{Kind: OrderAsk, By: "dana", Plan: plan.ID, Reason: "as declared"})
			time.Sleep(time.Second)
			s.desk.give(Order{Kind: OrderApprove, By: "sam", Plan: plan.ID})
			s.approved = true
		}
	}
	s.converged()
	s.answered()
}

func TestInNoWorldIsAPromiseBroken(t *testing.T) {
	seeds := make([]uint64, *simulations)
	for i := range seeds {
		seeds[i] = uint64(i + 1)
	}
	if *simulate > 0 {
		seeds = []uint64{*simulate}
	}
	if testing.Short() {
		seeds = seeds[:min(len(seeds), 100)]
	}
	writes := 0
	for _, seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			s := newSimulation(t, seed)
			s.run()
			writes += len(s.writes)
			if *simulate > 0 {
				t.Log(strings.Join(s.story, "\n"))
			}
		})
		if t.Failed() {
			return
		}
	}
	if writes < 2*len(seeds) {
		t.Errorf("only %d writes in %d worlds; little was proven", writes, len(seeds))
	}
}
