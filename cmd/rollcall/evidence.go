package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/evidence"
)

type evidenceFlags struct {
	dir    string
	key    string
	config string
}

func newEvidence() *cobra.Command {
	var f evidenceFlags
	c := &cobra.Command{
		Use:   "evidence",
		Short: "verify, list and show what was done and why",
		Long: `The evidence log says of each act why it was done, by which commit and policy,
what the tenant answered and how it can be taken back. It is a Merkle tree
whose head is signed: nothing in it can be changed, cut out or cut off unseen.

These commands read the folder of the log alone; they need no daemon and no
private key. An auditor takes the folder and the public key and verifies
somewhere else.`,
	}
	c.PersistentFlags().StringVar(&f.dir, "dir", "", "the folder of the log (default: the configuration's)")
	c.PersistentFlags().StringVar(&f.key, "key", "", "the file of the public key, from a place that you trust (default: the one in the folder)")
	addConfigFlag(c.PersistentFlags(), &f.config)
	c.AddCommand(newEvidenceVerify(&f), newEvidenceList(&f), newEvidenceShow(&f))
	return c
}

// log is the folder of the log and its public key.
func (f *evidenceFlags) log() (dir, key string, err error) {
	dir = f.dir
	if dir == "" {
		cfg, err := loadConfig(f.config)
		if err != nil {
			return "", "", fmt.Errorf("find the evidence log: %w; or name its folder with --dir", err)
		}
		if dir = cfg.Evidence.Dir; dir == "" {
			return "", "", errors.New("the configuration has no evidence.dir: the daemon that has it writes the log; name the log's folder with --dir")
		}
	}
	path := f.key
	if path == "" {
		path = filepath.Join(dir, evidence.PublicKeyFile)
	}
	key, err = evidence.ReadPublicKey(path)
	return dir, key, err
}

func newEvidenceVerify(f *evidenceFlags) *cobra.Command {
	var since []string
	c := &cobra.Command{
		Use:   "verify",
		Short: "check every entry against the signed head",
		Long: `Check the whole log against its signed head: the signature, every entry, every
hash. What does not hold is named, the first entry first; exit code 1.

With --since, a checkpoint that was put away earlier: the log must extend it.
That shows a log that was replaced as a whole.`,
		Example: `  rollcall evidence verify
  rollcall evidence verify --dir /mnt/copy --key rollcall.pub --since march.checkpoint`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, key, err := f.log()
			if err != nil {
				return err
			}
			var earlier [][]byte
			for _, path := range since {
				text, err := os.ReadFile(path)
				if err != nil {
					return fmt.Errorf("read the earlier checkpoint: %w", err)
				}
				earlier = append(earlier, text)
			}
			report, err := evidence.Verify(c.Context(), dir, key, earlier...)
			if err != nil {
				return err
			}
			return sayReport(c.OutOrStdout(), report)
		},
	}
	c.Flags().StringArrayVar(&since, "since", nil, "an earlier checkpoint of this log, a file; may be given again")
	return c
}

func sayReport(w io.Writer, r evidence.Report) error {
	for _, fault := range r.Faults {
		fmt.Fprintf(w, "does not hold: %s\n", fault)
	}
	for _, open := range r.Open {
		fmt.Fprintf(w, "no outcome yet: %s\n", open)
	}
	if r.Unsigned > 0 {
		fmt.Fprintf(w, "not signed yet: %d newer entries; verify again in a moment\n", r.Unsigned)
	}
	if !r.Holds() {
		fmt.Fprintf(w, "THE LOG DOES NOT HOLD: %d of its entries were read\n", r.Entries)
		return errFindings
	}
	if r.Entries == 0 {
		_, err := fmt.Fprintln(w, "the log holds: it is empty")
		return err
	}
	_, err := fmt.Fprintf(w, "the log holds: %d entries from %s to %s, signed by %s, root %x\n",
		r.Entries, r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339), r.Checkpoint.Origin, r.Checkpoint.Root)
	return err
}

func newEvidenceList(f *evidenceFlags) *cobra.Command {
	var q evidence.Query
	var kind string
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list entries, each proven to be in the log",
		Example: `  rollcall evidence list --last 20
  rollcall evidence list --identity n8n-prod/crm-won-deals
  rollcall evidence list --kind outcome --json | jq .entry.data`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, key, err := f.log()
			if err != nil {
				return err
			}
			q.Kind = evidence.Kind(kind)
			for record, err := range evidence.Read(c.Context(), dir, key, q) {
				if err != nil {
					return err
				}
				if err := writeRecord(c.OutOrStdout(), record, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().Uint64Var(&q.Last, "last", 0, "only so many at the end")
	c.Flags().Uint64Var(&q.From, "from", 0, "the first index")
	c.Flags().StringVar(&kind, "kind", "", "only entries of this kind: plan, intent, outcome, …")
	c.Flags().StringVar(&q.Tenant, "tenant", "", "only entries of this tenant")
	c.Flags().StringVar(&q.Identity, "identity", "", "only entries of this identity")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line, whole")
	return c
}

func writeRecord(w io.Writer, r evidence.Record, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	e := r.Entry
	subject := e.Identity
	if subject == "" {
		subject = e.Tenant
	}
	_, err := fmt.Fprintf(w, "%6d  %s  %-10s %-32q %s\n", r.Index, e.Time.Format(time.RFC3339), e.Kind, subject, summaryOfData(e.Data))
	return err
}

// summaryOfData is what an entry says of itself for people.
func summaryOfData(data json.RawMessage) string {
	var d struct {
		Summary string `json:"summary"`
	}
	if err := json.Unmarshal(data, &d); err != nil || d.Summary == "" {
		return ""
	}
	return strconv.Quote(d.Summary)
}

func newEvidenceShow(f *evidenceFlags) *cobra.Command {
	var withProof bool
	c := &cobra.Command{
		Use:   "show INDEX",
		Short: "show one entry whole",
		Example: `  rollcall evidence show 17
  rollcall evidence show 17 --proof   with the proof that it is in the log`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			index, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return fmt.Errorf("read the index %q: want a number, as \"rollcall evidence list\" shows it", args[0])
			}
			dir, key, err := f.log()
			if err != nil {
				return err
			}
			record, proof, err := evidence.Show(c.Context(), dir, key, index)
			if err != nil {
				return err
			}
			w := json.NewEncoder(c.OutOrStdout())
			w.SetIndent("", "  ")
			err = w.Encode(record)
			if withProof {
				err = errors.Join(err, w.Encode(proof))
			}
			return err
		},
	}
	c.Flags().BoolVar(&withProof, "proof", false, "and the proof that it is in the log")
	return c
}
