package alert

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

const (
	chatTimeout = 15 * time.Second // how long a service may take
	hangTimeout = 5 * time.Minute  // how long the next message waits for one that hangs
)

// A chat is a service that people read, reached by a shoutrrr URL.
//
// The URL holds tokens, and the library's errors hold the URL, in part and
// spelled anew: none of its text is ever repeated. What went wrong is said in
// words of our own.
type chat struct {
	url   secret.Secret
	since atomic.Int64 // when the message that is being sent was begun; 0: none is
}

// send has the service told, once. The library takes no context, and some of
// its services know no time limit: a message that hangs is left alone, and is
// in the way of the next for some minutes, so that few can hang at a time.
func (c *chat) send(ctx context.Context, l Letter) error {
	name := scheme(c.url)
	now, before := time.Now().UnixNano(), c.since.Load()
	if before != 0 && now-before < int64(hangTimeout) {
		return fmt.Errorf("send to %s: the message before still hangs", name)
	}
	c.since.Store(now)
	ctx, cancel := context.WithTimeout(ctx, chatTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := tell(c.url, l.Text)
		c.since.CompareAndSwap(now, 0)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("send to %s: %s", name, inOurWords(err))
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("send to %s: it does not answer", name)
	}
}

// tell may ask the network already when it makes the service: some sign in.
func tell(to secret.Secret, text string) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("panic") // its text may hold the URL
		}
	}()
	service, err := new(router.ServiceRouter).Locate(to.Reveal())
	if err != nil {
		return errors.Join(errURL, err)
	}
	return service.Send(text, &types.Params{})
}

var errURL = errors.New("the URL is not understood")

// asksFirst are services that sign in when they are made.
var asksFirst = []string{"matrix"}

// CheckURL says what is wrong with a shoutrrr URL, as far as can be told
// without a request. It repeats nothing of it.
func CheckURL(to secret.Secret) (err error) {
	known := new(router.ServiceRouter).ListServices()
	known = slices.DeleteFunc(known, func(s string) bool { return s == "logger" }) // it tells nobody
	name := scheme(to)
	if !slices.Contains(known, name) {
		slices.Sort(known)
		return fmt.Errorf("this is no URL of a shoutrrr service; it begins with one of %s, and ://", strings.Join(known, ", "))
	}
	if slices.Contains(asksFirst, name) {
		return nil
	}
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s does not understand its URL", name)
		}
	}()
	if _, err := new(router.ServiceRouter).Locate(to.Reveal()); err != nil {
		return fmt.Errorf("%s does not understand its URL; see its page at https://shoutrrr.nickfedor.com", name)
	}
	return nil
}

// scheme is the service that a URL names: "slack". What names none that is
// known is not repeated.
func scheme(to secret.Secret) string {
	u, err := url.Parse(to.Reveal())
	if err != nil {
		return "the channel"
	}
	name, _, _ := strings.Cut(strings.ToLower(u.Scheme), "+")
	if !slices.Contains(new(router.ServiceRouter).ListServices(), name) {
		return "the channel"
	}
	return name
}

var status = regexp.MustCompile(`(?i)\b(?:status|code|error)[^0-9]{0,24}([45][0-9]{2})\b|\b([45][0-9]{2}) (?:[A-Z][a-z]+)`)

// signs are what errors say, and what they mean.
var signs = []struct{ sign, words string }{
	{"connection refused", "nobody listens there"},
	{"no such host", "its host is unknown"},
	{"certificate", "its certificate is not trusted"},
	{"timeout", "it does not answer"},
	{"deadline exceeded", "it does not answer"},
	{"connection reset", "it hung up"},
	{"eof", "it hung up"},
	{"unauthorized", "it does not accept the token"},
	{"invalid_auth", "it does not accept the token"},
	{"forbidden", "it does not let us in"},
	{"channel_not_found", "the channel does not exist"},
	{"too long", "the message is too long for it"},
	{"rate limit", "it asks for fewer messages"},
	{"panic", "its part of the library broke"},
}

func inOurWords(err error) string {
	text := err.Error()
	if m := status.FindStringSubmatch(text); m != nil {
		return "it answers " + m[1] + m[2]
	}
	for _, s := range signs {
		if strings.Contains(strings.ToLower(text), s.sign) {
			return s.words
		}
	}
	if errors.Is(err, errURL) {
		return errURL.Error()
	}
	return "it does not take the message; the library's own words are not repeated, since they may hold the token"
}
