package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// forgeTime is how long the forge may take in a pass; what it could not do then
// is for the next one.
const forgeTime = 30 * time.Second

// A Forge keeps proposals where people decide on them.
type Forge interface {
	// Open opens a proposal against a commit of the registry, or brings the one
	// that it opened before up to date. last is what it returned then, and the
	// zero value where nothing is remembered. What is up to date is left alone.
	// [ErrClosed] and [ErrTheirs] say what people did with it; where theirs is,
	// the answer says all the same.
	Open(ctx context.Context, p Proposal, commit string, last Proposed) (Proposed, error)
	// Close takes a proposal back; one that is gone is no error. [ErrTheirs]
	// says that it stays, since people's work is in it that the commit has not.
	Close(ctx context.Context, key, commit string, last Proposed) error
}

var (
	ErrClosed = errors.New("a person closed the proposal")                            // it is not opened again until the drift changes
	ErrTheirs = errors.New("a person changed the proposal, and it is left to people") // until it is gone
)

// A Proposed is what is remembered of a proposal that was opened.
type Proposed struct {
	Title  string `json:"title"`
	Branch string `json:"branch"`           // where people find it
	Commit string `json:"commit"`           // that it was opened as
	Base   string `json:"base"`             // the commit of the registry that it changes
	Digest string `json:"digest"`           // of its content
	State  string `json:"state"`            // [Proposal.State]
	Closed bool   `json:"closed,omitempty"` // by a person
	Theirs bool   `json:"theirs,omitempty"` // a person changed it
}

// A ProposalChange is what became of a proposal in a pass.
type ProposalChange struct {
	Kind     RecordKind // proposed or withdrawn
	Proposed Proposed
	Reason   string // why it was withdrawn
}

// A RecordedProposal is what evidence keeps of a proposal.
type RecordedProposal struct {
	Drift  string `json:"drift"` // its key
	Title  string `json:"title"`
	Branch string `json:"branch"`
	Commit string `json:"commit"`
}

// proposals puts the proposals into the plan.
func (p *pass) proposals() {
	if p.out.Plan.Count(DoPropose) == 0 {
		return
	}
	m := proposer{
		roll: match(p.want, &p.out.Observation), policy: PolicyOf(p.want, p.Tenant), seen: p.memory.History, known: p.memory.Proposed, mute: p.Mute, now: p.now,
	}
	m.propose(&p.out.Plan)
}

// propose has the forge keep what the plan proposes, and nothing else of ours.
// It comes last, and what the forge cannot do is told and tried again by the
// next pass: it keeps nothing else from being done.
func (p *pass) propose(ctx context.Context) error {
	if p.Forge == nil || p.out.Unreadable != "" || p.Mute != "" || doubt(PolicyOf(p.want, p.Tenant), p.Tenant, p.memory.History) != "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, forgeTime)
	defer cancel()
	before := maps.Clone(p.memory.Proposed)
	var told, failures []error
	wanted := map[string]bool{}
	for _, proposal := range p.out.Plan.Proposals {
		wanted[proposal.Key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if why := p.over(key); why != "" && !wanted[key] {
			failure, err := p.withdraw(limited, key, why)
			failures, told = append(failures, failure), append(told, err)
		}
	}
	for _, proposal := range p.out.Plan.Proposals {
		failure, err := p.open(limited, proposal)
		failures, told = append(failures, failure), append(told, err)
	}
	if err := errors.Join(failures...); err != nil {
		p.out.Unproposed = oneLine(err.Error())
	}
	if !maps.Equal(before, p.memory.Proposed) {
		told = append(told, p.save(context.WithoutCancel(ctx)))
	}
	return errors.Join(told...)
}

// over is why a proposal that the plan does not make any more is withdrawn, or
// "" where it stays: what was not read is not gone, and what a person closed is
// remembered while its drift stands.
func (p *pass) over(key string) string {
	for _, a := range p.out.Plan.Actions {
		if a.Drift.Key() != key {
			continue
		}
		if p.memory.Proposed[key].Closed {
			return ""
		}
		return a.Why
	}
	if p.memory.History.Drifts[key].Times > 0 {
		return ""
	}
	return "the drift is gone"
}

// open brings one proposal up to date. failure is the forge's, err ours.
func (p *pass) open(ctx context.Context, proposal Proposal) (failure, err error) {
	last := p.memory.Proposed[proposal.Key]
	if last.Closed {
		last = Proposed{}
	}
	next, err := p.Forge.Open(ctx, proposal, p.want.Commit, last)
	switch {
	case errors.Is(err, ErrClosed):
		last.Closed, last.State = true, proposal.State
		p.note(proposal.Key, last)
		return nil, p.recordProposal(RecordWithdrawn, proposal.Key, last, ErrClosed.Error())
	case errors.Is(err, ErrTheirs):
		if last.Theirs {
			return nil, nil
		}
		next.Theirs, next.Title, next.State = true, proposal.Title, proposal.State
		p.note(proposal.Key, next)
		return nil, p.recordProposal(RecordWithdrawn, proposal.Key, next, ErrTheirs.Error())
	case err != nil:
		return fmt.Errorf("propose to %s: %w", proposal.Title, err), nil
	}
	next.Title, next.State = proposal.Title, proposal.State
	p.note(proposal.Key, next)
	if next.Commit == last.Commit {
		return nil, nil
	}
	return nil, p.recordProposal(RecordProposed, proposal.Key, next, "")
}

// withdraw takes a proposal back. failure is the forge's, err ours.
func (p *pass) withdraw(ctx context.Context, key, why string) (failure, err error) {
	last := p.memory.Proposed[key]
	if last.Closed {
		delete(p.memory.Proposed, key)
		return nil, nil
	}
	err = p.Forge.Close(ctx, key, p.want.Commit, last)
	if errors.Is(err, ErrTheirs) {
		why, err = why+"; "+ErrTheirs.Error(), nil
	}
	if err != nil {
		return fmt.Errorf("withdraw the proposal to %s: %w", last.Title, err), nil
	}
	delete(p.memory.Proposed, key)
	return nil, p.recordProposal(RecordWithdrawn, key, last, why)
}

func (p *pass) note(key string, k Proposed) {
	if p.memory.Proposed == nil {
		p.memory.Proposed = map[string]Proposed{}
	}
	p.memory.Proposed[key] = k
}

func (p *pass) recordProposal(kind RecordKind, key string, k Proposed, why string) error {
	p.out.Proposed = append(p.out.Proposed, ProposalChange{kind, k, why})
	r := p.record(kind)
	r.Identity = p.memory.History.Drifts[key].Drift.Identity
	r.Data.Reason = clip(why, longText)
	r.Data.Proposal = &RecordedProposal{Drift: clip(key, longText), Title: clip(k.Title, longText), Branch: k.Branch, Commit: k.Commit}
	return p.append(r)
}
