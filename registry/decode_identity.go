package registry

// kindOf is the kind behind a definition that may stand before an identity.
var kindOf = map[string]Kind{
	"#Connector":      Connector,
	"#Token":          Token,
	"#Workflow":       Workflow,
	"#Webhook":        Webhook,
	"#ServiceAccount": ServiceAccount,
	"#ApprovalBot":    ApprovalBot,
}

// kindDef is the definition of a kind.
var kindDef = map[Kind]string{
	Connector:      "#Connector",
	Token:          "#Token",
	Workflow:       "#Workflow",
	Webhook:        "#Webhook",
	ServiceAccount: "#ServiceAccount",
	ApprovalBot:    "#ApprovalBot",
}

func decodeIdentity(id string, n *node) *Identity {
	kind := Kind(n.str("kind"))
	if n.get("kind") == nil {
		kind = kindOf[n.prefix]
	}
	live := n.get("live")
	return &Identity{
		ID: id, Kind: kind,
		Owner: n.str("owner"), Backup: n.str("backup"), Purpose: n.str("purpose"),
		Tier: Tier(n.str("tier")), State: State(n.str("state")),

		Proposed:    decodeOne(n, "proposed", decodeProposal),
		Retired:     decodeOne(n, "retired", decodeRetirement),
		Expires:     n.date("expires"),
		Recertified: decodeOne(n, "recertified", decodeRecertification),
		BlastRadius: decodeBlastRadius(n.get("blastRadius")),
		Live:        Live{ID: live.str("id"), Name: live.str("name")},
		Environment: n.str("environment"), Department: n.str("department"),
		Access: n.str("access"), Approval: n.str("approval"),
		Vendor:       n.truth("vendorManaged"),
		Compensating: decodeOne(n, "compensating", decodeCompensating),
		Labels:       decodeTexts(n.get("labels")),
		Links:        n.list("links"),

		App: n.str("app"), Account: n.str("account"), Auth: n.str("auth"),
		Scopes:     n.list("scopes"),
		Endpoint:   Endpoint{Host: n.get("endpoint").str("host")},
		Credential: decodeOne(n, "credential", decodeCredential),
		IssuedTo:   n.str("issuedTo"),
		Lifetime:   decodeLifetime(n),

		Trigger: decodeOne(n, "trigger", decodeTrigger),
		Uses:    n.list("uses"),
		Steps:   decodeList(n, "steps", decodeStep),

		Path: n.str("path"), Workflow: n.str("workflow"), AllowFrom: n.list("allowFrom"),
		Channel: n.str("channel"), Policy: n.str("policy"),
		Login: n.str("login"), Role: n.str("role"),
	}
}

func decodeLifetime(n *node) Duration {
	if d := n.duration("lifetime"); d != nil {
		return *d
	}
	return 0
}

func decodeTexts(n *node) map[string]string {
	if n == nil || n.kind != structNode || len(n.fields) == 0 {
		return nil
	}
	m := make(map[string]string, len(n.fields))
	for _, f := range n.fields {
		if f.value.kind == textNode {
			m[f.name] = f.value.text
		}
	}
	return m
}

func decodeProposal(n *node) Proposal {
	return Proposal{On: n.date("on"), By: n.str("by")}
}

func decodeRetirement(n *node) Retirement {
	return Retirement{On: n.date("on"), Reason: n.str("reason"), By: n.str("by")}
}

func decodeRecertification(n *node) Recertification {
	return Recertification{On: n.date("on"), By: n.str("by")}
}

func decodeBlastRadius(n *node) BlastRadius {
	return BlastRadius{Systems: n.list("systems"), Access: n.list("access"), Data: n.str("data"), Note: n.str("note")}
}

func decodeCompensating(n *node) Compensating {
	return Compensating{Network: n.str("network"), Monitoring: n.str("monitoring"), SeparateTenants: n.truth("separateTenants")}
}

func decodeCredential(n *node) Credential {
	return Credential{Store: n.str("store"), Path: n.str("path"), Rotated: n.date("rotated")}
}

func decodeTrigger(n *node) Trigger { return Trigger{Type: n.str("type"), Cron: n.str("cron")} }

func decodeStep(n *node) Step {
	return Step{App: n.str("app"), Operation: n.str("operation"), Effect: n.str("effect")}
}
