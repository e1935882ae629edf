package registry

// The Catalogue says what scopes, roles and operations of known applications
// can do. What it does not know is unknown, never harmless.
type Catalogue struct {
	Apps map[string]*App
}

// An App is one application that connectors reach, or one platform.
type App struct {
	Name       string
	Source     string            // where the facts are published
	Scopes     map[string]Tier   // exact scopes
	Roles      map[string]Tier   // roles of the application
	Operations map[string]Effect // "resource:operation"
	Wildcards  []string          // scopes that grant everything
	StrongAuth []string          // auth methods better than basic or query-string ones
}

// An Effect is what an operation does.
type Effect struct {
	Power  Tier   // reads, changes, or rules access
	Access string // on access: grant, revoke, modify, none
}
