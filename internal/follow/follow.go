// Package follow is where a daemon's registry comes from: [Git] follows a
// branch of a repository, [Folder] the files of a folder.
//
// Both have Latest, which is the registry as it stands now, and Changes, which
// says when to look again. Neither ever answers with less than it had: what
// cannot be fetched leaves the last good state in force, and Err says so.
package follow

import (
	"net/url"
	"strings"
)

// signal fills a channel of one place, unless it is full: who listens has then
// still to look anyway.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Public is an address without whatever one signs in with.
func Public(address string) string {
	if _, ok := secret(address); !ok {
		return address
	}
	u, _ := url.Parse(address)
	u.User = nil
	return u.String()
}

// Hide takes what one signs in with out of a text.
func Hide(text, address string) string {
	word, ok := secret(address)
	if !ok {
		return text
	}
	u, _ := url.Parse(address)
	return strings.ReplaceAll(strings.ReplaceAll(text, u.User.String()+"@", ""), word, "xxxxx")
}

// secret is what an address on the web signs in with: a password or, where
// there is none, a token in the place of the user. The user of any other
// address, as in ssh://git@example.com, is no secret.
func secret(address string) (word string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	if password, set := u.User.Password(); set && password != "" {
		return password, true
	}
	return u.User.Username(), u.User.Username() != ""
}
