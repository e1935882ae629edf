package lint

// The controls that rules name, with their publishers' own titles.
var controls = map[string]string{
	"NHI1:2025":  "Improper Offboarding",
	"NHI2:2025":  "Secret Leakage",
	"NHI3:2025":  "Vulnerable Third-Party NHI",
	"NHI4:2025":  "Insecure Authentication",
	"NHI5:2025":  "Overprivileged NHI",
	"NHI6:2025":  "Insecure Cloud Deployment Configurations",
	"NHI7:2025":  "Long-Lived Secrets",
	"NHI8:2025":  "Environment Isolation",
	"NHI9:2025":  "NHI Reuse",
	"NHI10:2025": "Human Use of NHI",

	"NIST CSF 2.0 ID.AM-08": "Systems, hardware, software, services, and data are managed throughout their life cycles",
	"NIST CSF 2.0 PR.AA-01": "Identities and credentials for authorized users, services, and hardware are managed by the organization",
	"NIST CSF 2.0 PR.AA-03": "Users, services, and hardware are authenticated",
	"NIST CSF 2.0 PR.AA-05": "Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties",
	"NIST CSF 2.0 PR.IR-01": "Networks and environments are protected from unauthorized logical access and usage",
	"NIST CSF 2.0 PR.PS-01": "Configuration management practices are established and applied",

	"NIST AI RMF 1.0 GOVERN 1.4": "risk management by policies, procedures and controls that can be seen",
	"NIST AI RMF 1.0 GOVERN 1.6": "inventory of AI systems",
	"NIST AI RMF 1.0 GOVERN 1.7": "decommissioning of AI systems",
	"NIST AI RMF 1.0 GOVERN 2.1": "roles and responsibilities are documented and clear",
	"NIST AI RMF 1.0 GOVERN 3.2": "roles in the oversight of AI systems are told apart",
	"NIST AI RMF 1.0 GOVERN 6.1": "risks from third parties",
}

// ControlTitle is what the publisher of a control calls it, or a short account
// of it where the title is a long one; empty for a control that is not known.
func ControlTitle(control string) string { return controls[control] }
