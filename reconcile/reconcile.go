package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant"
)

// A Reconciler calls the roll of one tenant. Only one may run for a tenant at
// a time.
//
// It has no ability to write to the tenant but through Writer: without one it
// tells what it would do, and can do no more.
type Reconciler struct {
	Tenant  string                                                // required
	Desired func(ctx context.Context) (*registry.Snapshot, error) // required: the registry at the commit that is followed
	Driver  tenant.Driver                                         // required

	Writer tenant.Reader                            // the same driver once more, where it may revert; its abilities are those that it implements
	Paused string                                   // why there is no Writer, for people; part of the plans that would revert
	State  State                                    // of [Reconciler.Pass] required
	Forge  Forge                                    // keeps proposals; nil where none are opened
	Mute   string                                   // why none are made, for people; part of the plans that would propose
	Orders Orders                                   // what people order; nil where nobody does
	Record Recorder                                 // of Pass required
	Alert  func(ctx context.Context, a Alert) error // tells people; nil tells nobody
	Remind map[Severity]time.Duration               // how often people are told again of drift that stands; 0 is never
}

// State keeps what is remembered of tenants. What is saved is there after a
// crash.
type State interface {
	Memory
	Acts
	Archive
}

// Memory keeps what is remembered of a tenant from pass to pass.
type Memory interface {
	// History is what was saved last; nil where nothing was.
	History(ctx context.Context, tenant string) ([]byte, error)
	SaveHistory(ctx context.Context, tenant string, body []byte) error
}

// Acts keeps the acts whose outcome is not known yet.
type Acts interface {
	// Begin keeps an act, or changes one that is kept.
	Begin(ctx context.Context, tenant, act string, body []byte) error
	Pending(ctx context.Context, tenant string) (map[string][]byte, error)
	// End forgets an act. One that is not kept is no error.
	End(ctx context.Context, act string) error
}

// An Outcome is what came of a pass.
type Outcome struct {
	Plan        Plan
	Observation tenant.Observation // the zero value where the tenant could not be read
	Acts        []Act
	Resolved    []Act  // acts of an earlier pass that a crash had left open
	Unreadable  string // why the tenant could not be read at all, or ""
	Proposed    []ProposalChange
	Unproposed  string        // why the forge does not have what the plan proposes, or ""
	RetryAfter  time.Duration // how long the tenant asks to be left alone; 0 where it does not say
}

// An Act is an action that was tried, and what came of it.
type Act struct {
	Action  Action
	Result  Result
	Reason  string // why it was dropped or failed
	Receipt tenant.Receipt
}

// memory is what a history is saved as.
type memory struct {
	History History `json:"history"`
	Plan    string  `json:"plan,omitempty"` // the digest of the plan that is in evidence

	LastOrder string `json:"lastOrder,omitempty"` // that was obeyed

	Proposed map[string]Proposed `json:"proposed,omitempty"` // by Drift.Key
}

// A pass is one round.
type pass struct {
	*Reconciler
	memory memory
	want   *registry.Snapshot // with the windows that people ordered, once it is looked at
	plain  *registry.Snapshot // without
	drifts []Drift
	now    time.Time
	out    Outcome
	alerts []Alert
	mended []string // keys of drifts that an act of this pass was seen to end
	hold   bool     // an act of an earlier pass is not resolved, so nothing is done
}

// Look makes the plan that a pass would make now, and changes nothing at all:
// not the tenant, nor evidence, nor what is remembered.
func (r *Reconciler) Look(ctx context.Context) (Outcome, error) {
	p := pass{Reconciler: r}
	if err := p.remember(ctx); err != nil {
		return Outcome{}, err
	}
	if err := p.look(ctx); err != nil {
		return Outcome{}, err
	}
	return p.out, nil
}

// Pass resolves what an earlier pass left open, compares, decides, records and
// does what was decided, and tells people. An error is for what kept it from
// its work: the registry, the state or the evidence. That a tenant cannot be
// read, and that an act failed, is no error but in the outcome.
func (r *Reconciler) Pass(ctx context.Context) (Outcome, error) {
	if r.State == nil || r.Record == nil {
		return Outcome{}, fmt.Errorf("reconcile %s: without state and evidence nothing may be done", r.Tenant)
	}
	p := pass{Reconciler: r}
	for _, step := range []func(context.Context) error{p.remember, p.desire, p.obey, p.resolve, p.look, p.keep, p.recordPlan, p.act, p.offboard, p.advance, p.tell, p.propose} {
		if err := step(ctx); err != nil {
			return p.out, fmt.Errorf("reconcile %s: %w", r.Tenant, err)
		}
	}
	return p.out, nil
}

// ReadHistory reads what a state keeps of a tenant; of nothing it is the zero
// history.
func ReadHistory(body []byte) (History, error) {
	var m memory
	if len(body) == 0 {
		return m.History, nil
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return History{}, fmt.Errorf("read what is remembered: %w", err)
	}
	return m.History, nil
}

func (p *pass) remember(ctx context.Context) error {
	if p.State == nil {
		return nil
	}
	body, err := p.State.History(ctx, p.Tenant)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, &p.memory); err != nil {
		return fmt.Errorf("read what is remembered of %s: %w", p.Tenant, err)
	}
	return nil
}

func (p *pass) save(ctx context.Context) error {
	body, err := json.Marshal(p.memory)
	if err != nil {
		return fmt.Errorf("keep what is remembered of %s: %w", p.Tenant, err)
	}
	return p.State.SaveHistory(ctx, p.Tenant, body)
}

// desire reads the registry, once a pass.
func (p *pass) desire(ctx context.Context) (err error) {
	if p.want != nil {
		return nil
	}
	if p.want, err = p.Desired(ctx); err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	return nil
}

func (p *pass) look(ctx context.Context) error {
	if err := p.desire(ctx); err != nil {
		return err
	}
	p.plain = p.want
	p.memory.History, p.want = p.memory.History.Over(p.plain, time.Now())
	want := p.want
	got, err := p.Driver.Observe(ctx)
	p.now = time.Now().UTC()
	if err == nil && got.Tenant != p.Tenant {
		err = fmt.Errorf("what was observed is tenant %q: %w", got.Tenant, tenant.ErrWrongTenant)
	}
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err() // it is being stopped; a tenant that takes all the time there is cannot be read
		}
		p.unreadable(err)
		return nil
	}
	p.out.Observation = got
	p.drifts = Diff(want, got, p.now)
	p.out.Plan = PolicyOf(want, p.Tenant).Decide(p.drifts, got, p.memory.History, p.now)
	if p.Paused != "" {
		p.out.Plan.pause(p.Paused)
	}
	p.proposals()
	return nil
}

// unreadable makes the plan for a tenant of which nothing could be read:
// nothing is known, so nothing is done.
func (p *pass) unreadable(err error) {
	p.out.Unreadable = err.Error()
	x := Drift{
		Tenant: p.Tenant, Class: Unreadable, Owner: tenantOwner(p.want, p.Tenant),
		Message: fmt.Sprintf("tenant %q could not be read: %s; nothing is known of it, and nothing is taken for missing", p.Tenant, oneLine(err.Error())),
	}
	if read := (*tenant.ReadError)(nil); errors.As(err, &read) {
		p.out.RetryAfter, x.Got = read.RetryAfter, string(read.Cause)
	}
	a := Action{Verb: DoFlag, Drift: x, Why: "what is unreadable cannot be reverted"}
	a.ID = a.identify()
	p.out.Plan = Plan{Tenant: p.Tenant, Commit: p.want.Commit, Observed: p.now, Actions: []Action{a}}
	p.drifts = []Drift{x}
}

// recordPlan puts the plan into evidence where it is not there yet. Inside a
// break-glass window every pass is recorded.
func (p *pass) recordPlan(context.Context) error {
	plan := p.out.Plan
	digest := plan.Digest()
	known := digest == p.memory.Plan
	for _, a := range plan.Actions {
		known = known && a.Window == ""
	}
	if known {
		return nil
	}
	r := p.record(RecordPlan)
	r.Data.Plan = recordedPlan(plan)
	if p.out.Unreadable != "" {
		r.Kind, r.Data.Reason = RecordUnreadable, clip(p.out.Unreadable, longText)
	}
	if err := p.append(r); err != nil {
		return err
	}
	p.memory.Plan = digest
	return nil
}

func (p *pass) record(k RecordKind) Record {
	r := Record{Kind: k, Time: time.Now().UTC(), Tenant: p.Tenant}
	if p.want != nil {
		r.Commit = p.want.Commit
	}
	return r
}

func (p *pass) append(r Record) error {
	if _, err := p.Record.Append(r); err != nil {
		return fmt.Errorf("record the %s as evidence: %w", r.Kind, err)
	}
	return nil
}

// advance saves what the next pass has to know.
func (p *pass) advance(ctx context.Context) error {
	seen := p.memory.History
	if p.out.Unreadable != "" {
		p.memory.History = seen.blind(p.drifts[0], p.now)
	} else {
		p.memory.History = Advance(seen, p.drifts, p.out.Plan, p.out.Observation, p.want, p.now).mended(p.mended)
	}
	p.memory.History.Windows = p.windows()
	return p.save(context.WithoutCancel(ctx))
}
