package propose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
)

// push moves a branch from one commit to another, and is refused where it is
// not at the first any more: zero is a branch that is not there. It is the one
// place that writes to the repository.
func (b *Branches) push(ctx context.Context, name string, from plumbing.Hash, to built) error {
	if !strings.HasPrefix(name, prefix) {
		return b.fail("push branch "+name, errors.New("it is none of ours"))
	}
	err := b.bounded(ctx, func() error { return b.update(ctx, plumbing.NewBranchReferenceName(name), from, to) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pushes++
	if err != nil {
		b.tips = nil // it may be there all the same
		return b.fail("push branch "+name, err)
	}
	if b.tips != nil {
		b.tips[name] = to.hash
	}
	return nil
}

// update asks for one change of one reference. The server compares the old
// value and sets the new one in one step, so that what somebody else pushed
// meanwhile is not lost.
func (b *Branches) update(ctx context.Context, ref plumbing.ReferenceName, from plumbing.Hash, to built) (err error) {
	at, err := transport.NewEndpoint(b.URL)
	if err != nil {
		return err
	}
	by, err := client.NewClient(at)
	if err != nil {
		return err
	}
	session, err := by.NewReceivePackSession(at, b.Auth)
	if err != nil {
		return err
	}
	defer session.Close()
	offer, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return err
	}
	if now := offer.References[ref.String()]; now != from {
		return fmt.Errorf("somebody else moved it from %s to %s meanwhile", from, now)
	}
	request := packp.NewReferenceUpdateRequestFromCapabilities(offer.Capabilities)
	request.Commands = []*packp.Command{{Name: ref, Old: from, New: to.hash}}
	if to.hash.IsZero() {
		if !offer.Capabilities.Supports(capability.DeleteRefs) {
			return errors.New("the repository lets nobody delete branches")
		}
		if err := request.Capabilities.Set(capability.DeleteRefs); err != nil {
			return err
		}
	} else {
		request.Packfile = io.NopCloser(bytes.NewReader(to.pack))
	}
	report, err := session.ReceivePack(ctx, request)
	if err != nil {
		return err
	}
	if report == nil {
		return nil
	}
	return report.Error()
}
