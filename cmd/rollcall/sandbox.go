package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/internal/gen"
	"github.com/rollcall-dev/rollcall/registry"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

const sandboxAddress = "127.0.0.1:8351"

func newSandbox() *cobra.Command {
	var address, file string
	var generated int
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "run a small integration platform of our own, to try rollcall on",
		Long: `Run a small integration platform over HTTP: workflows, connectors, tokens,
webhooks and accounts, with pages to look at and buttons that make drift. It is
for trying things; whoever reaches its address can change everything in it.`,
		Example: `  rollcall sandbox                     then open http://` + sandboxAddress + `
  rollcall sandbox drift               list the drifts that it can make
  rollcall sandbox drift open-webhook  make one in a sandbox that runs`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			seed := sandbox.Seed()
			if generated > 0 {
				made, err := generatedTenant(generated)
				if err != nil {
					return err
				}
				seed = made
			}
			t, err := sandbox.Open(file, seed)
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return fmt.Errorf("start the sandbox: %w; --listen names another address", err)
			}
			at := "http://" + listener.Addr().String()
			fmt.Fprintf(c.OutOrStdout(), "the sandbox is at %s; its token is %s; stop it with ctrl-c\n", at, sandbox.Token)
			fmt.Fprintf(c.OutOrStdout(), "its id is %s; for rollcall.yaml, where the registry calls it sandbox, after export %s=%s:\n    tenants:\n      %s\n",
				t.ID(), sandboxVariable, sandbox.Token, sandboxTenant(at, t.ID()))
			return serveHTTP(c.Context(), listener, sandbox.NewHandler(t))
		},
	}
	c.Flags().StringVar(&address, "listen", sandboxAddress, "where it listens")
	c.Flags().StringVar(&file, "file", "", "keep its content in this file (default: in memory)")
	c.Flags().IntVar(&generated, "generated", 0, "begin with what \"rollcall generate N DIR --platform sandbox --tenants 1\" declares, for measurements")
	c.AddCommand(newSandboxDrift())
	return c
}

// sandboxVariable is where the sandbox's token is looked for.
const sandboxVariable = "SANDBOX_TOKEN"

// sandboxTenant is a configuration's line for a sandbox.
func sandboxTenant(address, id string) string {
	return fmt.Sprintf("sandbox: {platform: sandbox, url: %q, apiKey: \"env:%s\", instanceID: %q}", address, sandboxVariable, id)
}

// generatedTenant is the live tenant of a generated registry of one tenant.
func generatedTenant(n int) (sandbox.State, error) {
	text, err := gen.Tenants(gen.Options{Identities: n, Tenants: 1, Platform: "sandbox"})[0].Sandbox()
	if err != nil {
		return sandbox.State{}, err
	}
	var made sandbox.State
	if err := json.Unmarshal(text, &made); err != nil {
		return sandbox.State{}, fmt.Errorf("read the generated tenant: %w", err)
	}
	for _, it := range sandbox.Seed().Items[registry.Token] {
		if it.Secret == sandbox.Token {
			made.Items[registry.Token] = append(made.Items[registry.Token], it)
		}
	}
	return made, nil
}

func newSandboxDrift() *cobra.Command {
	var address string
	c := &cobra.Command{
		Use:   "drift [NAME]",
		Short: "make drift in a sandbox that runs, or list the kinds",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				for _, d := range sandbox.Drifts {
					fmt.Fprintf(c.OutOrStdout(), "%-22s %s\n", d.Name, d.Doc)
				}
				return nil
			}
			return makeDrift(c.Context(), c.OutOrStdout(), address, args[0])
		},
	}
	c.Flags().StringVar(&address, "url", "http://"+sandboxAddress, "where the sandbox is")
	return c
}

func makeDrift(ctx context.Context, out io.Writer, address, name string) error {
	doc := ""
	for _, d := range sandbox.Drifts {
		if d.Name == name {
			doc = d.Doc
		}
	}
	if doc == "" {
		return fmt.Errorf("there is no drift %q; \"rollcall sandbox drift\" lists them", name)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/drift/"+url.PathEscape(name), nil)
	if err != nil {
		return fmt.Errorf("make the drift: %w", err)
	}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("make the drift: %w; is a sandbox running there?", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("make the drift: the sandbox answered %s", res.Status)
	}
	_, err = fmt.Fprintf(out, "%s\n", doc)
	return err
}

// serveHTTP serves until ctx ends.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(stop) != nil {
			_ = server.Close() // what is still open is cut off
		}
	})
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
