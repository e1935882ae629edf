package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-dev/rollcall/examples"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

func newDemo() *cobra.Command {
	var dir, address string
	var noServe bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "see the whole job on an example",
		Long: `See the whole job on an example: a policy repository, a bad change that lint
stops, a tenant that is changed behind its back, the plan, the revert, and the
evidence of it. Everything lies in a folder of its own and runs on this machine.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d := demo{out: c.OutOrStdout(), dir: dir, address: address}
			return d.run(c.Context(), !noServe)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "where the example is laid out (default: a new temporary folder)")
	c.Flags().StringVar(&address, "listen", "127.0.0.1:0", "where the sandbox tenant listens")
	c.Flags().BoolVar(&noServe, "no-serve", false, "end when the story is told, instead of serving the sandbox's pages")
	return c
}

// A demo tells the story in commands that a user would type, and runs them.
type demo struct {
	out     io.Writer
	dir     string
	address string
	url     string
}

func (d *demo) run(ctx context.Context, serve bool) (err error) {
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "rollcall-demo-"); err != nil {
			return err
		}
	}
	if d.dir, err = filepath.Abs(d.dir); err != nil {
		return err
	}
	if there, err := os.ReadDir(d.dir); err == nil && len(there) > 0 {
		return fmt.Errorf("lay out the demo in %s: there is something in it already; name an empty folder", d.dir)
	}
	listener, err := net.Listen("tcp", d.address)
	if err != nil {
		return fmt.Errorf("start the sandbox: %w; --listen names another address", err)
	}
	d.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- serveHTTP(ctx, listener, sandbox.NewHandler(sandbox.New(sandbox.Seed()))) }()
	if err := d.tell(ctx); err != nil {
		stop()
		return errors.Join(err, <-served)
	}
	if serve {
		fmt.Fprintf(d.out, "\nThe sandbox's pages are at %s, with buttons that make drift; ctrl-c ends it.\nThe files are in %s: try \"rollcall diff --config %s\".\n",
			d.url, d.dir, d.path("rollcall.yaml"))
		<-ctx.Done()
	}
	stop()
	return <-served
}

func (d *demo) path(parts ...string) string {
	return filepath.Join(append([]string{d.dir}, parts...)...)
}

func (d *demo) tell(ctx context.Context) error {
	for _, chapter := range []func(context.Context) error{d.layOut, d.badChange, d.firstPass, d.drift, d.revert, d.proof, d.forgery} {
		if err := chapter(ctx); err != nil {
			return fmt.Errorf("tell the demo: %w", err)
		}
	}
	return nil
}

func (d *demo) layOut(ctx context.Context) error {
	d.say("1. The roll", `Acme keeps a registry in git of every workflow, token and webhook on its
integration platforms: who answers for it, what it may do, when it ends.
It is in order:`)
	if _, err := examples.LayOut(d.path("acme"), examples.Acme(), time.Now()); err != nil {
		return err
	}
	return d.do(ctx, exitFine, "lint", d.path("acme"))
}

func (d *demo) badChange(ctx context.Context) error {
	d.say("2. A bad change is stopped before it is merged", `Somebody opens a pull request. It looks harmless: one more connector, one more
workflow. Lint says what it really is:`)
	change := txtar.Parse(examples.BadChange)
	days := int(time.Since(examples.Today).Hours() / 24)
	for _, f := range change.Files {
		if err := newFile(d.path("acme", filepath.FromSlash(f.Name)), examples.Moved(f.Data, days)); err != nil {
			return err
		}
	}
	if err := d.do(ctx, exitFindings, "lint", d.path("acme")); err != nil {
		return err
	}
	d.say("", `Each finding has a page that says why it matters ("rollcall explain
tier/understated"). The change is taken back.`)
	for _, f := range change.Files {
		if err := os.Remove(d.path("acme", filepath.FromSlash(f.Name))); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) firstPass(ctx context.Context) error {
	d.say("3. The roll is called on the live tenant", `The daemon compares what is declared with what is live. Here it does one pass.
What is declared is there, and nothing else acts:`)
	text := fmt.Sprintf(`registry: {path: acme}
state: state.db
evidence: {dir: evidence}
revert: true
tenants:
  sandbox: {platform: sandbox, url: %q, apiKey: %q, instanceID: sandbox-1}
`, d.url, "file:"+d.path("token"))
	if err := os.WriteFile(d.path("rollcall.yaml"), []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(d.path("token"), []byte(sandbox.Token+"\n"), 0o600); err != nil {
		return err
	}
	return d.do(ctx, exitFine, "reconcile", "--config", d.path("rollcall.yaml"))
}

func (d *demo) drift(ctx context.Context) error {
	d.say("4. Somebody goes around the registry", `At the platform's own console, past every review, somebody activates a workflow
that exports customer data, takes the authentication off the webhook that makes
accounts, and makes a backup account an administrator:`)
	for _, name := range []string{"activate-workflow", "open-webhook", "raise-role"} {
		if err := d.do(ctx, exitFine, "sandbox", "drift", name, "--url", d.url); err != nil {
			return err
		}
	}
	d.say("", "Rollcall sees it, and says what it would do. Nothing is done yet:")
	return d.do(ctx, exitFindings, "diff", "--config", d.path("rollcall.yaml"))
}

func (d *demo) revert(ctx context.Context) error {
	d.say("5. It is set right", `Drift is acted on only when it was seen twice, and is still there directly before
the write. The first pass sees it, the second reverts it; nothing is deleted. That the
exported data left by somebody else's credential is told to its owner:`)
	if err := d.do(ctx, exitFindings, "reconcile", "--config", d.path("rollcall.yaml"), "--revert"); err != nil {
		return err
	}
	if err := d.do(ctx, exitFindings, "reconcile", "--config", d.path("rollcall.yaml"), "--revert"); err != nil {
		return err
	}
	d.say("", "The tenant is again what the registry says it is:")
	return d.do(ctx, exitFine, "diff", "--config", d.path("rollcall.yaml"))
}

func (d *demo) proof(ctx context.Context) error {
	d.say("6. The evidence", `Each act was written down before it was done, with the reason, and again after
it, with the tenant's answer and how it can be taken back:`)
	if err := d.do(ctx, exitFine, "evidence", "list", "--dir", d.path("evidence")); err != nil {
		return err
	}
	return d.do(ctx, exitFine, "evidence", "verify", "--dir", d.path("evidence"))
}

// forgery changes one letter in a copy of the log.
func (d *demo) forgery(ctx context.Context) error {
	d.say("7. Nobody rewrites it unseen", `Somebody changes one word of one entry, in a copy of the log:`)
	if err := os.CopyFS(d.path("forged"), os.DirFS(d.path("evidence"))); err != nil {
		return err
	}
	err := filepath.WalkDir(d.path("forged", "tile", "entries"), func(path string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return replaceFile(path, bytes.Replace(text, []byte("suspend"), []byte("approve"), 1))
	})
	if err != nil {
		return err
	}
	return d.do(ctx, exitFindings, "evidence", "verify", "--dir", d.path("forged"))
}

func (d *demo) say(title, text string) {
	if title != "" {
		fmt.Fprintf(d.out, "\n%s\n%s\n", title, strings.Repeat("=", len(title)))
	}
	fmt.Fprintf(d.out, "\n%s\n", text)
}

// do shows a command as it would be typed, and runs it. Another exit code than
// the story wants is an error.
func (d *demo) do(ctx context.Context, want int, args ...string) error {
	fmt.Fprintf(d.out, "\n$ rollcall %s\n", strings.Join(args, " "))
	said := &counter{Writer: d.out}
	code := execute(ctx, args, strings.NewReader(""), said, said)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if said.n == 0 {
		fmt.Fprintln(d.out, "(nothing to say; exit code 0)")
	}
	if code != want {
		return fmt.Errorf("\"rollcall %s\" ended with %d, and the story wants %d", strings.Join(args, " "), code, want)
	}
	return nil
}

// A counter counts what is written through it.
type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += n
	return n, err
}
