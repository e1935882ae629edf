package registry

import "testing"

// identityApps are the applications of the catalogue that hold accounts,
// permissions or secrets for others, or that code and clouds are run from.
var identityApps = []string{
	"1password", "active-directory", "auth0", "azure", "azure-devops", "bitbucket", "cloudflare", "cyberark",
	"datadog", "duo", "gitlab", "google-cloud", "hashicorp-vault", "jenkins", "jumpcloud", "keycloak",
	"kubernetes", "onelogin", "pagerduty", "pingone", "sailpoint", "snowflake", "terraform-cloud",
}

func TestIdentityScopesSayWhatTheyAllow(t *testing.T) {
	c := builtin(t)
	tests := []struct {
		app, scope string
		want       Tier // "" for unknown
	}{
		{"1password", "read_items", Privileged},
		{"1password", "auditevents", ReadOnly},
		{"active-directory", "WriteDacl", Privileged},
		{"active-directory", "GenericRead", ReadOnly},
		{"auth0", "create:users", Privileged},
		{"auth0", "read:client_keys", Privileged},
		{"auth0", "update:branding", ChangeCapable},
		{"auth0", "read:users", ReadOnly},
		{"auth0", "create:invented", ""},
		{"azure", "Microsoft.Authorization/roleAssignments/write", Privileged},
		{"azure", "Microsoft.KeyVault/vaults/secrets/getSecret/action", Privileged},
		{"azure", "Microsoft.Compute/virtualMachines/restart/action", ChangeCapable},
		{"azure", "*/read", ReadOnly},
		{"azure", "https://management.azure.com/user_impersonation", Privileged},
		{"azure-devops", "vso.graph_manage", Privileged},
		{"azure-devops", "vso.work_write", ChangeCapable},
		{"azure-devops", "vso.code", ReadOnly},
		{"bitbucket", "repository:admin", Privileged},
		{"bitbucket", "write:permission:bitbucket", Privileged},
		{"bitbucket", "repository", ChangeCapable},
		{"bitbucket", "project", ReadOnly},
		{"cloudflare", "Account Settings Write", Privileged},
		{"cloudflare", "DNS Edit", ChangeCapable},
		{"cloudflare", "Zone Read", ReadOnly},
		{"cyberark", "retrieveAccounts", Privileged},
		{"cyberark", "listAccounts", ReadOnly},
		{"datadog", "user_access_manage", Privileged},
		{"datadog", "api_keys_read", Privileged},
		{"datadog", "monitors_write", ChangeCapable},
		{"datadog", "monitors_read", ReadOnly},
		{"duo", "adminapi_write_resource", Privileged},
		{"duo", "Grant read log", ReadOnly},
		{"gitlab", "api", Privileged},
		{"gitlabApi", "write_repository", ChangeCapable},
		{"gitlab", "read_api", ReadOnly},
		{"google-cloud", "https://www.googleapis.com/auth/cloud-platform", Privileged},
		{"google-cloud", "iam.serviceAccountKeys.create", Privileged},
		{"google-cloud", "secretmanager.versions.access", Privileged},
		{"gcp", "storage.objects.create", ChangeCapable},
		{"google-cloud", "devstorage.read_only", ReadOnly},
		{"hashicorp-vault", "read", Privileged},
		{"vault", "list", ReadOnly},
		{"jenkins", "Overall/Administer", Privileged},
		{"jenkins", "Job/Build", ChangeCapable},
		{"jenkins", "Job/Read", ReadOnly},
		{"keycloak", "offline_access", ReadOnly},
		{"kubernetes", "secrets:get", Privileged},
		{"kubernetes", "secrets:*", Privileged},
		{"kubernetes", "configmaps:update", ChangeCapable},
		{"k8s", "pods:list", ReadOnly},
		{"onelogin", "Manage Users", Privileged},
		{"onelogin", "Read Users", ReadOnly},
		{"pager-duty", "users.write", Privileged},
		{"pagerduty", "incidents.write", ChangeCapable},
		{"pagerduty", "incidents.read", ReadOnly},
		{"pingone", "p1:reset:userPassword", Privileged},
		{"ping-identity", "p1:read:user", ReadOnly},
		{"sailpoint", "idn:access-profile:manage", Privileged},
		{"sailpoint", "idn:identity:read", ReadOnly},
		{"snowflake", "MANAGE GRANTS", Privileged},
		{"snowflake", "session:role:SECURITYADMIN", Privileged},
		{"snowflake", "INSERT", ChangeCapable},
		{"snowflake", "SELECT", ReadOnly},
		{"snowflake", "USAGE", ""},
		{"terraform-cloud", "manage-teams", Privileged},
		{"terraform-cloud", "manage-modules", ChangeCapable},
		{"terraform-cloud", "read-workspaces", ReadOnly},
	}
	for _, tt := range tests {
		got, ok := c.ScopePower(tt.app, tt.scope)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s scope %q counts as %q (known: %t), want %q", tt.app, tt.scope, got, ok, tt.want)
		}
	}
}

func TestIdentityRolesSayWhatTheyAllow(t *testing.T) {
	c := builtin(t)
	tests := []struct {
		app, role string
		want      Tier // "" for unknown
	}{
		{"active-directory", "Domain Admins", Privileged},
		{"auth0", "Viewer - Users", ReadOnly},
		{"azure", "Owner", Privileged},
		{"azure", "Contributor", Privileged},
		{"azure", "Key Vault Secrets User", Privileged},
		{"azure", "Storage Blob Data Contributor", ChangeCapable},
		{"azure", "Reader", ReadOnly},
		{"azure-devops", "Project Collection Administrators", Privileged},
		{"datadog", "Datadog Standard Role", ""},
		{"entra", "Security Operator", Privileged},
		{"entra", "Power Platform Administrator", Privileged},
		{"entra", "Service Support Administrator", ChangeCapable},
		{"gitlab", "Maintainer", Privileged},
		{"gitlab", "Developer", ChangeCapable},
		{"google-cloud", "roles/iam.serviceAccountTokenCreator", Privileged},
		{"google-cloud", "roles/pubsub.publisher", ChangeCapable},
		{"google-cloud", "roles/viewer", ReadOnly},
		{"hashicorp-vault", "root", Privileged},
		{"jumpcloud", "Help Desk", Privileged},
		{"jumpcloud", "Read Only", ReadOnly},
		{"keycloak", "manage-users", Privileged},
		{"keycloak", "view-clients", Privileged},
		{"keycloak", "view-users", ReadOnly},
		{"kubernetes", "edit", Privileged},
		{"kubernetes", "view", ReadOnly},
		{"mongodb-atlas", "Project Owner", Privileged},
		{"mongodb-atlas", "Project Data Access Read/Write", ChangeCapable},
		{"mongodb-atlas", "Project Read Only", ReadOnly},
		{"sailpoint", "ORG_ADMIN", Privileged},
		{"snowflake", "ACCOUNTADMIN", Privileged},
		{"snowflake", "PUBLIC", ""},
	}
	for _, tt := range tests {
		got, ok := c.RolePower(tt.app, tt.role)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s role %q counts as %q (known: %t), want %q", tt.app, tt.role, got, ok, tt.want)
		}
	}
}

func TestIdentityOperationsSayWhatTheyDoToAccess(t *testing.T) {
	c := builtin(t)
	reads, rules := Effect{ReadOnly, "none"}, Effect{Privileged, "modify"}
	tests := []struct {
		app, operation string
		want           Effect
	}{
		{"auth0", "user:assignRoles", Effect{Privileged, "grant"}},
		{"azure", "roleAssignment:delete", Effect{Privileged, "revoke"}},
		{"gitlabOAuth2Api", "file:edit", Effect{ChangeCapable, "none"}},
		{"pager-duty", "incident:create", Effect{ChangeCapable, "none"}},
		{"hashicorp-vault", "secret:get", Effect{Privileged, "none"}},
		{"kubernetes", "clusterRoleBinding:create", Effect{Privileged, "grant"}},
		{"http", "POST acme.eu.auth0.com/api/v2/users/1/roles", rules},
		{"http", "GET acme.eu.auth0.com/api/v2/users", reads},
		{"http", "PUT management.azure.com/subscriptions/1/providers/Microsoft.Authorization/roleAssignments/2", rules},
		{"http", "GET management.azure.com/subscriptions/1/providers/Microsoft.Authorization/roleAssignments", reads},
		{"http", "PUT management.azure.com/subscriptions/1/resourceGroups/2/providers/Microsoft.Web/sites/3", Effect{Power: ChangeCapable}},
		{"http", "POST iam.googleapis.com/v1/projects/p/serviceAccounts/a/keys", rules},
		{"http", "POST gitlab.com/api/v4/projects/1/members", rules},
		{"http", "POST gitlab.com/api/v4/projects/1/issues", Effect{Power: ChangeCapable}},
		{"http", "PUT api.bitbucket.org/2.0/repositories/w/r/permissions-config/users/1", rules},
		{"http", "POST api.pagerduty.com/incidents", Effect{Power: ChangeCapable}},
		{"http", "DELETE api.pagerduty.com/users/1", rules},
		{"http", "POST dev.azure.com/acme/_apis/graph/memberships", rules},
		{"http", "POST api.datadoghq.com/api/v2/roles", rules},
		{"http", "POST api.datadoghq.com/api/v1/monitor", Effect{Power: ChangeCapable}},
		{"kubernetes", "POST cluster.example.com/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", rules},
		{"kubernetes", "GET cluster.example.com/apis/rbac.authorization.k8s.io/v1/clusterroles", reads},
		{"vault", "POST vault.example.com/v1/auth/approle/role/x", rules},
	}
	for _, tt := range tests {
		got, ok := c.OperationEffect(tt.app, tt.operation)
		if got != tt.want || !ok {
			t.Errorf("%s operation %q has the effect %+v (known: %t), want %+v", tt.app, tt.operation, got, ok, tt.want)
		}
	}
}

func TestWhatCreatesAnAccountIsNeverLessThanPrivileged(t *testing.T) {
	c := builtin(t)
	for _, app := range identityApps {
		a := c.App(app)
		if a == nil {
			t.Errorf("%s is not in the catalogue", app)
			continue
		}
		for _, op := range []string{"user:create", "group:create", "role:create", "token:create", "secret:create", "serviceAccount:create", "user:delete", "user:resetPassword"} {
			if e, ok := a.Operations[op]; ok && (e.Power != Privileged || !e.ChangesAccess()) {
				t.Errorf("%s operation %q has the effect %+v, and rules access", app, op, e)
			}
		}
	}
}

func TestWhatAnOperationNeedsIsAScopeThatCanDoIt(t *testing.T) {
	c := builtin(t)
	for _, app := range identityApps {
		a := c.App(app)
		for op, scopes := range a.Needs {
			power := a.Operations[op].Power
			for _, s := range scopes {
				if tier, _ := c.ScopePower(app, s); tier.Rank() < power.Rank() {
					t.Errorf("%s operation %q is %s and needs %q, which is %q", app, op, power, s, tier)
				}
			}
		}
	}
}

func TestAccessPathsReadWhereTheMethodReads(t *testing.T) {
	c := builtin(t)
	for _, app := range identityApps {
		for _, rule := range c.App(app).AccessPaths {
			if isCall(rule) {
				t.Errorf("%s: a GET of %s counts as a write, for its last part looks like a call", app, rule)
			}
		}
	}
}

func TestReachingEverythingIsAWildcard(t *testing.T) {
	c := builtin(t)
	for _, s := range [][2]string{{"azure", "user_impersonation"}, {"google-cloud", "cloud-platform"}, {"gitlab", "api"}, {"sailpoint", "sp:scopes:all"},
		{"snowflake", "session:role-any"}, {"onelogin", "Manage All"}, {"kubernetes", "*:*"}, {"pagerduty", "write"}} {
		if !c.IsWildcard(s[0], s[1]) {
			t.Errorf("%s scope %q is no wildcard, it grants everything", s[0], s[1])
		}
	}
}
