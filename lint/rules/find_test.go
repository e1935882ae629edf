package rules

import (
	"slices"
	"strings"
	"testing"
)

func TestFindNamesTheNearestRule(t *testing.T) {
	if r, err := Find("ownership/unknown"); err != nil || r.ID != "ownership/unknown" {
		t.Errorf("Find does not find a rule that exists: %v", err)
	}
	for id, want := range map[string]string{
		"ownership/unknwon": `there is no rule "ownership/unknwon"; did you mean "ownership/unknown"?`,
		"tier":              `there is no rule "tier"`,
		"":                  `there is no rule ""`,
		"x\x1b[31m":         `there is no rule "x\x1b[31m"`,
	} {
		if _, err := Find(id); err == nil || err.Error() != want {
			t.Errorf("Find(%q) says %q, want %q", id, err, want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"team/crm", "team/erp", "person/dana", "person/dena", "person/toni", "n8n-prod/salesforce-read"}
	for to, want := range map[string]string{
		"team/crmm":                "team/crm",
		"team/cmr":                 "team/crm",
		"person/dina":              "person/dana", // of two as near the first
		"n8n-prod/salesforce-raed": "n8n-prod/salesforce-read",
		"n8n-prod/netsuite":        "",
		"n8n-prod/salesforc-raed":  "n8n-prod/salesforce-read",
		"n8n-prod/salesfoc-raed":   "", // three slips
		"person/robin":             "",
		"team/cap":                 "",
		"person/di":                "",
		"":                         "",
		strings.Repeat("x", 4096):  "",
		"téam/crm":                 "team/crm",
	} {
		for range 3 {
			if got := nearest(to, slices.Values(names)); got != want {
				t.Errorf("nearest to %q is %q, want %q", to, got, want)
			}
			slices.Reverse(names)
		}
	}
}
