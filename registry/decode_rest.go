package registry

import "math"

func decodeTenant(id string, n *node) *Tenant {
	t := &Tenant{
		ID: id, Platform: n.str("platform"),
		Environment: n.str("environment"), Environments: n.list("environments"),
		Departments: n.list("departments"),
		Owner:       n.str("owner"), Backup: n.str("backup"),
		Enforcement: decodeMap[string](n, "enforcement", decodeEnforcement),
		Limits:      decodeLimits(n.get("limits")),
	}
	return t
}

func decodeEnforcement(n *node) Enforcement {
	return Enforcement{Mode: n.str("mode"), Grace: n.duration("grace"), Windows: decodeList(n, "windows", decodeWindow)}
}

func decodeWindow(n *node) ChangeWindow {
	w := ChangeWindow{Cron: n.str("cron"), TimeZone: n.str("timeZone"), Freeze: n.truth("freeze")}
	if d := n.duration("for"); d != nil {
		w.For = *d
	}
	return w
}

func decodeLimits(n *node) Limits {
	return Limits{Reverts: n.count("reverts"), Share: n.set("share"), Shrink: n.set("shrink"), Repeats: n.count("repeats")}
}

// set is a number; one that is set to 0 is the smallest there is, for 0 stands
// for one that is not set.
func (n *node) set(name string) float64 {
	if n.get(name) == nil {
		return 0
	}
	return max(n.number(name), math.SmallestNonzeroFloat64)
}

func decodeOrganisation(n *node) *Organisation {
	return &Organisation{
		Name:         n.str("name"),
		People:       decodeMap[string](n, "people", decodePerson),
		Teams:        decodeMap[string](n, "teams", decodeTeam),
		Departments:  decodeMap[string](n, "departments", decodeDepartment),
		Environments: decodeMap[string](n, "environments", decodeEnvironment),
		Systems:      decodeMap[string](n, "systems", decodeSystem),
	}
}

func decodePerson(n *node) Person {
	return Person{
		Name: n.str("name"), Email: n.str("email"), GitHub: n.str("github"),
		Left: n.date("left"), Department: n.str("department"), Kind: n.str("kind"),
	}
}

func decodeTeam(n *node) Team {
	return Team{
		Name: n.str("name"), Lead: n.str("lead"), Members: n.list("members"),
		Department: n.str("department"), Email: n.str("email"),
	}
}

func decodeDepartment(n *node) Department {
	return Department{Name: n.str("name"), Lead: n.str("lead")}
}

func decodeEnvironment(n *node) Environment {
	return Environment{Production: n.truth("production"), Note: n.str("note")}
}

func decodeSystem(n *node) System {
	return System{
		Name: n.str("name"), Environment: n.str("environment"), Hosts: n.list("hosts"),
		Data: n.str("data"), Owner: n.str("owner"),
	}
}

func decodePolicy(n *node) *Policy {
	p := &Policy{
		Tiers:       decodeMap[Tier](n, "tiers", decodeTierPolicy),
		Rules:       decodeMap[string](n, "rules", decodeRulePolicy),
		Enforcement: decodeMap[string](n, "enforcement", decodeEnforcement),
		Limits:      decodeLimits(n.get("limits")),
		Exceptions:  ExceptionPolicy{MaxDuration: n.get("exceptions").duration("maxDuration")},
	}
	change := n.get("massChange")
	p.MassChange = MassChange{Count: change.count("count"), Share: change.number("share")}
	return p
}

func decodeTierPolicy(n *node) TierPolicy {
	return TierPolicy{
		MaxLifetime: n.duration("maxLifetime"), Notice: n.duration("notice"),
		Recertify: n.duration("recertify"), TokenLifetime: n.duration("tokenLifetime"),
		Dormant: n.duration("dormant"), StaleSecret: n.duration("staleSecret"),
		TemporaryAccess: n.duration("temporaryAccess"), ReviewWithin: n.duration("reviewWithin"),
		Approvers: n.count("approvers"),
	}
}

func decodeRulePolicy(n *node) RulePolicy { return RulePolicy{Severity: n.str("severity")} }

func decodeException(id string, n *node) *Exception {
	return &Exception{
		ID: id, Rule: n.str("rule"), Identities: n.list("identities"), Tenant: n.str("tenant"),
		Reason: n.str("reason"), ApprovedBy: n.str("approvedBy"), Until: n.date("until"),
	}
}

func decodeAccess(id string, n *node) *Access {
	return &Access{
		ID: id, Kind: n.str("kind"), Identities: n.list("identities"), Reason: n.str("reason"),
		Owner: n.str("owner"), RequestedBy: n.str("requestedBy"), ApprovedBy: n.str("approvedBy"),
		From: Time(n.str("from")), Until: Time(n.str("until")), Rollback: n.str("rollback"),
		Reviewed: decodeOne(n, "reviewed", func(n *node) Review {
			return Review{On: n.date("on"), By: n.str("by"), Outcome: n.str("outcome")}
		}),
	}
}
