package gen

import "fmt"

// An application is one that connectors sign in to.
type application struct {
	key, name   string // as the catalogue has it, and as people say it
	scopes      []string
	read, write string // operations
}

var (
	salesforce = application{"salesforce", "Salesforce", []string{"api", "refresh_token"}, "opportunity:getAll", "opportunity:update"}
	netsuite   = application{"netsuite", "NetSuite", []string{"rest_webservices"}, "invoice:getAll", "invoice:create"}
	hubspot    = application{"hubspot", "HubSpot", []string{"crm.objects.contacts.read", "crm.objects.contacts.write"}, "contact:getAll", "contact:upsert"}
	jira       = application{"jira", "Jira", []string{"read:jira-work", "write:jira-work"}, "issue:getAll", "issue:create"}
	slack      = application{"slack", "Slack", []string{"channels:read", "chat:write"}, "channel:getAll", "message:post"}
	github     = application{"github", "GitHub", []string{"metadata:read", "issues:write"}, "repository:getIssues", "issue:create"}
	okta       = application{"okta", "Okta", []string{"okta.users.manage"}, "user:getAll", "user:create"}
	entra      = application{"microsoft-graph", "Entra", []string{"User.ReadWrite.All"}, "user:getAll", "user:create"}
	workspace  = application{"google-workspace", "Google Workspace", []string{"admin.directory.user"}, "user:getAll", "user:create"}
)

// applications are all of them, in the order in which the organisation lists
// them.
var applications = []application{salesforce, netsuite, hubspot, jira, slack, github, okta, entra, workspace}

// directories are those in which accounts are made.
var directories = []application{okta, entra, workspace}

// A trade is what a workflow copies from one application to another.
type trade struct {
	what, things string
	from, to     application
}

var trades = []trade{
	{"won-deals", "won deals", salesforce, netsuite},
	{"new-leads", "new leads", hubspot, salesforce},
	{"paid-invoices", "paid invoices", netsuite, salesforce},
	{"open-tickets", "open tickets", jira, slack},
	{"bug-reports", "bug reports", github, jira},
	{"big-orders", "big orders", netsuite, slack},
	{"lost-deals", "lost deals", salesforce, hubspot},
	{"code-reviews", "code reviews", github, slack},
}

var (
	regions     = []string{"emea", "apac", "north", "south", "alpine", "nordic", "coast", "plains"}
	departments = []string{"sales", "finance", "it"}
	names       = []string{"dana", "sam", "kim", "lee", "robin", "toni", "noor", "yara", "alex", "jo", "mika", "sasha"}
	subjects    = []string{"crm", "erp", "identity", "billing", "support", "market", "platform", "data"}
)

// teams is how many teams there are; each has three people of its own.
const teams = 40

func teamName(i int) string { return fmt.Sprintf("%s-%02d", subjects[i%len(subjects)], i) }

// personName is person k, of three, of a team.
func personName(team, k int) string {
	return fmt.Sprintf("%s-%03d", names[(team*3+k)%len(names)], team*3+k)
}
