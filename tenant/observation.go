package tenant

import (
	"time"

	"github.com/rollcall-dev/rollcall/registry"
)

// An Observation is a tenant at a moment.
type Observation struct {
	Tenant   string             `json:"tenant"`   // its name in the registry
	Platform string             `json:"platform"` // "n8n"
	NativeID string             `json:"nativeId,omitempty"`
	Version  string             `json:"version,omitempty"` // of the platform's software
	At       time.Time          `json:"at"`
	Read     map[Kind]Coverage  `json:"read"`    // every kind the platform has
	Objects  []Object           `json:"objects"` // by kind and id
	Can      map[Kind][]Ability `json:"can,omitempty"`
	Blind    []string           `json:"blind,omitempty"` // what this platform, or this credential, cannot tell; a sentence each
}

// Coverage says how much of a kind was read. What is not in the list of a kind
// that was not read whole is not absent.
type Coverage struct {
	Whole  bool    `json:"whole"`
	Cause  Cause   `json:"cause,omitempty"`  // why not
	Reason string  `json:"reason,omitempty"` // the same as a sentence
	Fields []Field `json:"fields,omitempty"` // the governed fields that the driver tells for this kind; others are unknown
}

// A Field is a governed field of an object: one that is compared with the
// registry.
type Field string

// The governed fields.
const (
	FieldState   Field = "state"   // enabled or not
	FieldScopes  Field = "scopes"  //
	FieldRole    Field = "role"    //
	FieldUses    Field = "uses"    // the credentials that a workflow uses, the workflows that it calls
	FieldTrigger Field = "trigger" //
	FieldAuth    Field = "auth"    // how a webhook's caller proves who it is
	FieldPath    Field = "path"    // of a webhook
	FieldOwner   Field = "owner"   // in the tenant
	FieldAccount Field = "account" // that a connector signs in as
	FieldApp     Field = "app"     //
	FieldSteps   Field = "steps"   // that change access
	FieldExpires Field = "expires" //
	FieldDraft   Field = "draft"   // unpublished, and would change a governed field
)

// Live states of an object.
const (
	Enabled      = "enabled"
	Disabled     = "disabled"
	StateUnknown = "unknown"
)

// An Object is one thing in a tenant, as the tenant tells it. It holds no
// secret. A field that the kind's Coverage does not name is unknown, and so is
// one that stands in Unknown.
type Object struct {
	Kind    Kind    `json:"kind"`
	ID      string  `json:"id"` // the tenant's own; always a string
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Unknown []Field `json:"unknown,omitempty"` // fields that the driver could not tell for this one

	Owner    string    `json:"owner,omitempty"`
	Scopes   []string  `json:"scopes,omitempty"`
	Role     string    `json:"role,omitempty"`
	Login    string    `json:"login,omitempty"` // of an account: its e-mail or user name
	App      string    `json:"app,omitempty"`
	Account  string    `json:"account,omitempty"`
	Auth     string    `json:"auth,omitempty"`
	Path     string    `json:"path,omitempty"`
	Workflow string    `json:"workflow,omitempty"` // of a webhook: the id of the workflow it starts
	Triggers []Trigger `json:"triggers,omitempty"`
	Uses     []Ref     `json:"uses,omitempty"`
	Steps    []Step    `json:"steps,omitempty"`

	Version string  `json:"version,omitempty"` // of what runs
	Draft   *Object `json:"draft,omitempty"`   // what would run if the unpublished draft were published; nil where there is none
	Self    bool    `json:"self,omitempty"`    // rollcall signs in with it, or through it

	Created  time.Time `json:"created,omitzero"`
	Updated  time.Time `json:"updated,omitzero"`
	LastUsed time.Time `json:"lastUsed,omitzero"` // zero where the platform does not tell, or it was never used
	Expires  time.Time `json:"expires,omitzero"`
	Editor   string    `json:"editor,omitempty"` // who changed it last, where the platform tells
}

// A Ref is another object that an object uses.
type Ref struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Via  string `json:"via,omitempty"` // where: the node of a workflow
}

// A Trigger is what starts a workflow; the words are the registry's.
type Trigger struct {
	Type string `json:"type"`
	Cron string `json:"cron,omitempty"`
}

// A Step is what a workflow does in an application.
type Step struct {
	App       string `json:"app"`
	Operation string `json:"operation"`      // "resource:operation", or "METHOD host/path" of an HTTP step
	Via       string `json:"via,omitempty"`  // the node
	Host      string `json:"host,omitempty"` // of an HTTP step
}

// Key names an object within its tenant.
func (o Object) Key() string { return string(o.Kind) + ":" + o.ID }

// Tells reports whether a field of an object is known: whether its kind's
// coverage names the field and the object does not list it as unknown.
func (ob Observation) Tells(o Object, f Field) bool {
	for _, u := range o.Unknown {
		if u == f {
			return false
		}
	}
	for _, k := range ob.Read[o.Kind].Fields {
		if k == f {
			return true
		}
	}
	return false
}

// Kinds are all the kinds that an observation may hold, in the order in which
// they are shown.
var Kinds = []Kind{registry.Workflow, registry.Webhook, registry.Connector, registry.Token, registry.ServiceAccount}
