package registry

import "strings"

// Kind says what an identity is.
type Kind string

// The kinds of identity.
const (
	Connector      Kind = "connector"      // signs in to another system
	Token          Kind = "token"          // a key good for the platform itself
	Workflow       Kind = "workflow"       // acts by itself
	Webhook        Kind = "webhook"        // lets others start something
	ServiceAccount Kind = "serviceAccount" // an account that no person uses
	ApprovalBot    Kind = "approvalBot"    // decides on requests for access
)

// Noun is the kind as one says it: "service account".
func (k Kind) Noun() string {
	switch k {
	case ServiceAccount:
		return "service account"
	case ApprovalBot:
		return "approval bot"
	}
	return string(k)
}

// Tier says how much harm an identity can do.
type Tier string

// The tiers, from harmless to harmful.
const (
	ReadOnly      Tier = "read-only"
	ChangeCapable Tier = "change-capable"
	Privileged    Tier = "privileged"
)

// Rank orders tiers: 1 for read-only, 2 for change-capable, 3 for privileged,
// and 0 for what is no tier.
func (t Tier) Rank() int {
	switch t {
	case ReadOnly:
		return 1
	case ChangeCapable:
		return 2
	case Privileged:
		return 3
	}
	return 0
}

// State is where an identity stands in its life.
type State string

// The states of an identity's life.
const (
	Proposed  State = "proposed"  // not approved yet: must not run
	Active    State = "active"    // may run
	Suspended State = "suspended" // must not run, may come back
	Retired   State = "retired"   // must not run, never comes back
)

// An Identity is one thing on an integration platform that can act: what the
// registry declares of it. Fields that its kind does not have are empty.
type Identity struct {
	ID      string // TENANT/NAME
	Kind    Kind
	Owner   string // "person/NAME" or "team/NAME"; exactly one is accountable
	Backup  string // "person/NAME" or "team/NAME"
	Purpose string
	Tier    Tier
	State   State

	Proposed     *Proposal
	Retired      *Retirement
	Expires      Date // last day on which it may act; empty for none
	Recertified  *Recertification
	BlastRadius  BlastRadius
	Live         Live
	Environment  string // as declared; empty means its tenant's: see [Snapshot.EnvironmentOf]
	Department   string
	Access       string // "standing" or "jit"
	Approval     string // name of a policy in policies/NAME.cedar
	Vendor       bool   // vendorManaged
	Compensating *Compensating
	Labels       map[string]string
	Links        []string

	// Connector and token.
	App        string      // connector: the application it signs in to, a key of the catalogue
	Account    string      // connector: the account or client id it signs in as
	Auth       string      // connector and webhook: how the caller proves who it is
	Scopes     []string    // connector, token, service account
	Endpoint   Endpoint    // connector
	Credential *Credential // connector, token: a reference, never a secret
	IssuedTo   string      // token
	Lifetime   Duration    // token

	// Workflow.
	Trigger *Trigger
	Uses    []string // ids of connectors, tokens, workflows
	Steps   []Step

	// Webhook and approval bot.
	Path      string   // webhook
	Workflow  string   // webhook, approval bot: id of the workflow
	AllowFrom []string // webhook: CIDR ranges
	Channel   string   // approval bot
	Policy    string   // approval bot: name of a policy in policies/NAME.cedar

	// Service account.
	Login string
	Role  string

	source
}

// Tenant is the part of the id before the slash: the tenant it lives in.
func (id *Identity) Tenant() string {
	t, _, _ := strings.Cut(id.ID, "/")
	return t
}

// Name is the part of the id behind the slash.
func (id *Identity) Name() string {
	_, n, _ := strings.Cut(id.ID, "/")
	return n
}

// A Proposal says when and by whom an identity was proposed.
type Proposal struct {
	On Date
	By string
}

// A Retirement says when, why and by whom an identity was ended.
type Retirement struct {
	On     Date
	Reason string
	By     string
}

// A Recertification says that somebody looked and found it still needed.
type Recertification struct {
	On Date
	By string
}

// BlastRadius says what could be harmed through an identity.
type BlastRadius struct {
	Systems []string // of the organisation file
	Access  []string // accounts, groups, roles, entitlements, secrets
	Data    string   // public, internal, confidential, restricted
	Note    string
}

// Live says how an identity is found in its tenant: by the tenant's own id or,
// without one, by name. With neither, by the identity's own name.
type Live struct {
	ID   string
	Name string
}

// Compensating lists the controls around a vendor-managed identity.
type Compensating struct {
	Network         string
	Monitoring      string
	SeparateTenants bool
}

// Endpoint says where a connector connects to.
type Endpoint struct {
	Host string
}

// A Credential says where a secret is kept and when it was last changed; it
// is a reference and never the secret.
type Credential struct {
	Store   string
	Path    string
	Rotated Date
}

// A Trigger is what starts a workflow.
type Trigger struct {
	Type string // schedule, webhook, event, manual, workflow, chat, form, poll, error
	Cron string // schedule: five fields
}

// A Step is something that a workflow does in another application.
type Step struct {
	App       string
	Operation string
	Effect    string // on access: grant, revoke, modify, none
}
