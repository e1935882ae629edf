package registry

// The Organisation is who and what the registry may name.
type Organisation struct {
	Name         string
	People       map[string]Person     // by the name behind "person/"
	Teams        map[string]Team       // by the name behind "team/"
	Departments  map[string]Department // by name
	Environments map[string]Environment
	Systems      map[string]System

	source
}

// A Person can own things.
type Person struct {
	Name       string
	Email      string
	GitHub     string
	Left       Date // the day on which they left; empty while they are here
	Department string
	Kind       string // "human", or "mailingList" or "bot", which may own nothing
}

// A Team can own things; its lead answers for it.
type Team struct {
	Name       string
	Lead       string   // person/NAME
	Members    []string // person/NAME
	Department string
	Email      string
}

// A Department shares tenants with others.
type Department struct {
	Name string
	Lead string
}

// An Environment is one of those that must be kept apart.
type Environment struct {
	Production bool
	Note       string
}

// A System is what an identity can harm.
type System struct {
	Name        string
	Environment string
	Hosts       []string
	Data        string // public, internal, confidential, restricted
	Owner       string
}

// A Tenant is one account on an integration platform. Where it is and how one
// signs in to it stands in the daemon's own configuration, never here.
type Tenant struct {
	ID           string
	Platform     string
	Environment  string   // or Environments, where one tenant must hold several
	Environments []string // its first is the default of identities that name none: no default, they must
	Departments  []string
	Owner        string
	Backup       string
	Enforcement  map[string]Enforcement // by class of drift
	Limits       Limits

	source
}

// Enforcement says what is done about one class of drift.
type Enforcement struct {
	Mode    string    // ignore, flag, propose, revert
	Grace   *Duration // how long drift must stand before it is acted on; nil means the default
	Windows []ChangeWindow
}

// A ChangeWindow is a time in which reverts may be made.
type ChangeWindow struct {
	Cron     string // when it opens: five fields
	For      Duration
	TimeZone string // of the IANA database; UTC where empty
	Freeze   bool   // true: in this time nothing is reverted
}

// Limits is the most that may be done in one pass. Zero means the default of
// the policy or, where that has none, of [DefaultLimits].
type Limits struct {
	Reverts int     // reverts a pass
	Share   float64 // share of the tenant's declared identities reverted a pass, 0 to 1
	Shrink  float64 // how much smaller a registry may be than the last one, 0 to 1, before reverts stop
	Repeats int     // reverts of the same drift before a person is called
}

// DefaultLimits are the limits where neither tenant nor policy sets any.
var DefaultLimits = Limits{Reverts: 5, Share: 0.1, Shrink: 0.2, Repeats: 3}

// Policy is what the security team set: limits by tier, severities, defaults.
type Policy struct {
	Tiers       map[Tier]TierPolicy
	Rules       map[string]RulePolicy // by rule id
	Enforcement map[string]Enforcement
	Limits      Limits
	Exceptions  ExceptionPolicy
	MassChange  MassChange

	source
}

// TierPolicy are the limits of a tier. Nil means no limit.
type TierPolicy struct {
	MaxLifetime     *Duration // an expiry may be this far away
	Notice          *Duration // an expiry is announced this long before
	Recertify       *Duration // a recertification is good for this long
	TokenLifetime   *Duration
	Dormant         *Duration // no use for this long
	StaleSecret     *Duration // a secret may be this old
	TemporaryAccess *Duration // a window may be this long
	ReviewWithin    *Duration // a closed break-glass window is reviewed within this time
	Approvers       int
}

// RulePolicy changes one rule.
type RulePolicy struct {
	Severity string // error, warning, notice, off; empty keeps the rule's own
}

// ExceptionPolicy bounds exceptions.
type ExceptionPolicy struct {
	MaxDuration *Duration
}

// MassChange is when a change counts as one of many.
type MassChange struct {
	Count int
	Share float64
}

// An Exception silences one rule on what it names, until it ends.
type Exception struct {
	ID         string
	Rule       string
	Identities []string
	Tenant     string
	Reason     string
	ApprovedBy string
	Until      Date

	source
}

// Access is temporary access: a window with a reason and an end.
type Access struct {
	ID          string
	Kind        string // jit, breakGlass, migration
	Identities  []string
	Reason      string
	Owner       string
	RequestedBy string
	ApprovedBy  string
	From        Time
	Until       Time
	Rollback    string
	Reviewed    *Review

	source
}

// A Review says who looked at a closed window, and what came of it.
type Review struct {
	On      Date
	By      string
	Outcome string
}
