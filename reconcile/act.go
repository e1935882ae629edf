package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rollcall-dev/rollcall/tenant"
)

// settleTime is how long an act that was begun may take to be looked at and
// recorded, even when the pass is being stopped.
const settleTime = time.Minute

// A pending act is kept before its intent is recorded, and forgotten after its
// outcome is.
type pending struct {
	Act     string         `json:"act"`
	Commit  string         `json:"commit"`
	Action  Action         `json:"action"`
	Mends   []string       `json:"mends"` // keys of the drifts
	Receipt tenant.Receipt `json:"receipt"`

	Approver string `json:"approver,omitempty"` // of a plan over a limit
}

// act does what was decided, one after the other. What fails does not keep the
// others from being done, unless the tenant asks to be left alone or evidence
// cannot be kept.
func (p *pass) act(ctx context.Context) error {
	if p.Writer == nil || p.hold || p.out.Plan.Held != "" {
		return nil
	}
	for _, a := range p.out.Plan.Reverts() {
		if ctx.Err() != nil || p.out.RetryAfter > 0 {
			return nil
		}
		if halt, err := p.halted(ctx); halt || err != nil {
			return err
		}
		done, err := p.do(ctx, a)
		if err != nil {
			return err
		}
		p.out.Acts = append(p.out.Acts, done)
		if done.Result != Dropped && done.Result != Postponed {
			p.alertAct(done)
		}
	}
	return nil
}

func (p *pass) do(ctx context.Context, a Action) (Act, error) {
	open := pending{Act: a.ID + "-" + strconv.FormatInt(time.Now().UnixNano(), 36), Commit: p.want.Commit, Action: a, Mends: p.mends(a)}
	if a := p.out.Plan.Approval; a != nil {
		open.Approver = a.By
	}
	if why := p.blocked(a); why != "" {
		return p.drop(ctx, open, Postponed, why)
	}
	if err := p.begin(ctx, open); err != nil {
		return Act{}, err
	}
	if why := p.changed(ctx, a); why != "" {
		return p.drop(ctx, open, Dropped, why)
	}
	r := p.recordOf(RecordIntent, open)
	if err := p.append(r); err != nil {
		return Act{}, err // it stays open: the intent may be in evidence all the same, and then needs an outcome
	}
	var err error
	open.Receipt, err = p.write(ctx, a)
	return p.conclude(ctx, open, err)
}

// mends are the keys of all the drift that an act mends.
func (p *pass) mends(a Action) []string {
	keys := []string{a.Drift.Key()}
	for _, other := range p.out.Plan.Actions {
		if other.With == a.ID {
			keys = append(keys, other.Drift.Key())
		}
	}
	return keys
}

// changed reads the object directly before the write and says why nothing is
// written, or "".
func (p *pass) changed(ctx context.Context, a Action) string {
	now, err := p.Writer.Read(ctx, a.Object.Kind, a.Object.ID)
	switch {
	case err != nil:
		p.leaveAlone(err)
		return fmt.Sprintf("it could not be read directly before the write: %v", err)
	case !sameSight(a.Object, &now):
		return "it changed after it was observed; it is decided anew"
	}
	return ""
}

func (p *pass) leaveAlone(err error) {
	if read := (*tenant.ReadError)(nil); errors.As(err, &read) {
		p.out.RetryAfter = max(p.out.RetryAfter, read.RetryAfter)
	}
}

func (p *pass) drop(ctx context.Context, open pending, result Result, why string) (Act, error) {
	r := p.recordOf(RecordDropped, open)
	r.Data.Reason = clip(why, longText)
	if err := p.append(r); err != nil {
		return Act{}, errors.Join(err, p.end(ctx, open))
	}
	return Act{Action: open.Action, Result: result, Reason: why}, p.end(ctx, open)
}

// write is the one place where a tenant is written to.
func (p *pass) write(ctx context.Context, a Action) (tenant.Receipt, error) {
	o := *a.Object
	switch a.Verb {
	case DoSuspend:
		if w, ok := p.Writer.(tenant.Suspender); ok {
			return w.Suspend(ctx, o)
		}
	case DoResume:
		if w, ok := p.Writer.(tenant.Resumer); ok {
			return w.Resume(ctx, o)
		}
	case DoRevoke:
		if w, ok := p.Writer.(tenant.Revoker); ok {
			return w.Revoke(ctx, o)
		}
	case DoRestore:
		if w, ok := p.Writer.(tenant.Restorer); ok {
			return w.Restore(ctx, o, *a.Good)
		}
	}
	return tenant.Receipt{}, fmt.Errorf("%s %s: %w", a.Verb, a.Object.Key(), tenant.ErrUnsupported)
}

// conclude looks at what became of an act and records it. An act that was
// begun is concluded even when the pass is being stopped.
func (p *pass) conclude(ctx context.Context, open pending, failure error) (Act, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer stop()
	act := Act{Action: open.Action, Receipt: open.Receipt}
	if failure != nil {
		act.Reason = failure.Error()
		p.leaveAlone(failure)
	}
	holds, err := p.holds(ctx, p.Writer, open.Action)
	switch {
	case err != nil && failure != nil:
		act.Result = Unknown // the act stays open, and is looked at in the next pass
		return act, p.begin(ctx, open)
	case holds || err != nil: // the driver has seen that it holds
		act.Result = Done
	default:
		act.Result = Failed
		if failure == nil {
			act.Reason = "the tenant took it, and it does not hold"
		}
	}
	return act, p.outcome(ctx, open, act)
}

func (p *pass) outcome(ctx context.Context, open pending, act Act) error {
	r := p.recordOf(RecordOutcome, open)
	r.Data.Result, r.Data.Reason = act.Result, clip(act.Reason, longText)
	r.Data.Receipt, r.Data.Undo = clipReceipt(act.Receipt), clip(act.Receipt.Undo, longText)
	if err := p.append(r); err != nil {
		return errors.Join(err, p.begin(ctx, open)) // with the receipt, for the pass that resolves it
	}
	if act.Result == Done {
		p.mended = append(p.mended, open.Mends...)
	}
	if act.Result != FoundNotDone {
		p.memory.History = p.memory.History.tried(open.Mends, act.Result != Failed, r.Time)
		if err := p.save(ctx); err != nil {
			return err
		}
	}
	return p.end(ctx, open)
}

// holds tells whether what the action wants is so in the tenant.
func (p *pass) holds(ctx context.Context, from tenant.Reader, a Action) (bool, error) {
	now, err := from.Read(ctx, a.Object.Kind, a.Object.ID)
	if errors.Is(err, tenant.ErrGone) {
		return a.Verb == DoSuspend || a.Verb == DoRevoke, nil
	}
	if err != nil {
		return false, err
	}
	switch a.Verb {
	case DoSuspend:
		return now.State == tenant.Disabled, nil
	case DoResume:
		return now.State == tenant.Enabled, nil
	case DoRevoke:
		ended := !now.Expires.IsZero() && !now.Expires.After(time.Now())
		return now.State == tenant.Disabled || ended, nil
	}
	return sameGoverned(a.Good, &now) && now.State == a.Good.State, nil
}

// resolve looks at the acts that an earlier pass left open, and records what
// became of them. It repeats none. While one cannot be looked at, nothing new
// is done.
func (p *pass) resolve(ctx context.Context) error {
	acts, err := p.State.Pending(ctx, p.Tenant)
	if err != nil {
		return err
	}
	from := p.Writer
	if from == nil {
		from, _ = p.Driver.(tenant.Reader)
	}
	for _, key := range slices.Sorted(maps.Keys(acts)) {
		var open pending
		if err := json.Unmarshal(acts[key], &open); err != nil {
			return fmt.Errorf("read the open act %s: %w", key, err)
		}
		if from == nil {
			p.hold = true
			continue
		}
		holds, err := p.holds(ctx, from, open.Action)
		if err != nil {
			p.leaveAlone(err)
			p.hold = true
			continue
		}
		act := Act{Action: open.Action, Result: FoundNotDone, Receipt: open.Receipt}
		if holds {
			act.Result = FoundDone
		}
		if err := p.outcome(ctx, open, act); err != nil {
			return err
		}
		p.out.Resolved = append(p.out.Resolved, act)
		p.alertAct(act)
	}
	return nil
}

func (p *pass) recordOf(k RecordKind, open pending) Record {
	r := p.record(k)
	r.Act, r.Commit = open.Act, open.Commit
	r.Identity = cmp.Or(open.Action.Drift.Identity, open.Action.Identity)
	r.Approver = open.Approver
	action := recorded(open.Action, longText)
	r.Data.Action = &action
	return r
}

func (p *pass) begin(ctx context.Context, open pending) error {
	body, err := json.Marshal(open)
	if err != nil {
		return fmt.Errorf("keep the act %s: %w", open.Act, err)
	}
	return p.State.Begin(ctx, p.Tenant, open.Act, body)
}

func (p *pass) end(ctx context.Context, open pending) error {
	return p.State.End(context.WithoutCancel(ctx), open.Act)
}
