package config

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/internal/secret"
)

// Place is where the state is: the path of a SQLite file, or the URL of a
// PostgreSQL database, which is a secret. Of the configuration's secrets it
// reads no other one; after [Config.Resolve] it reads none.
func (c *Config) Place(ctx context.Context, r secret.Resolver) (string, error) {
	if !c.Database.Given() {
		return c.State, nil
	}
	if url := c.Database.Secret.Reveal(); url != "" {
		return url, nil
	}
	s, err := c.Database.database(ctx, r)
	if err != nil {
		return "", errors.New("state: " + err.Error())
	}
	return s.Reveal(), nil
}

// database moves a state that is no file to where it belongs.
func (d *decoder) database(c *Config) {
	scheme, _, _ := strings.Cut(c.State, ":")
	if !isDatabase(c.State) && !slices.Contains([]string{"env", "file", "exec", "vault"}, scheme) {
		return
	}
	n := d.at("state")
	c.Database, c.State = Ref{Text: c.State, Line: n.Line, Column: n.Column}, ""
}

func (d *decoder) checkState(c *Config) {
	if !c.Database.Given() {
		return
	}
	if isDatabase(c.Database.Text) {
		message := badDatabase(c.Database.Text)
		d.want(message == "", "state", "state: %s", message)
	} else {
		d.checkRef("state", c.Database)
	}
	d.want(c.Evidence.Dir != "" || c.Evidence.Key == "", "evidence.key", "evidence.key has no use without evidence.dir: with a PostgreSQL database the daemon that has the folder writes the log")
	d.want(c.Evidence.Dir != "" || c.Evidence.Origin == "", "evidence.origin", "evidence.origin has no use without evidence.dir: with a PostgreSQL database the daemon that has the folder writes the log")
}

// badDatabase says what is wrong with a URL that stands in the file; "" is
// nothing. It does not repeat what may hold a password.
func badDatabase(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "this is no URL; write it like postgres://rollcall@db.example.com/rollcall"
	}
	if _, password := u.User.Password(); password || u.Query().Has("password") {
		return "there is a password in the URL; keep the URL as a secret, and refer to it like env:ROLLCALL_DATABASE"
	}
	return ""
}

func isDatabase(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
}

// database reads the URL of a database, which may stand in the file itself.
func (ref Ref) database(ctx context.Context, r secret.Resolver) (secret.Secret, error) {
	if isDatabase(ref.Text) {
		return secret.New(ref.Text), nil
	}
	s, err := r.Resolve(ctx, ref.Text)
	if err == nil && !isDatabase(s.Reveal()) {
		return secret.Secret{}, errors.New("what " + ref.Text + " gives is no URL of a PostgreSQL database; write it like postgres://user:password@host:5432/database")
	}
	return s, err
}
