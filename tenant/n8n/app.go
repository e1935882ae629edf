package n8n

import (
	"strings"
	"unicode"
)

// apps are the node types whose application has another name in the catalogue
// than the type itself.
var apps = map[string]string{
	"gSuiteAdmin":            "google-workspace",
	"microsoftEntra":         "microsoft-graph",
	"microsoftGraphSecurity": "microsoft-graph",
	"n8n":                    "n8n",
	"httpRequest":            "http",
	"toolHttpRequest":        "http",
}

// appOf is the catalogue's name of the application that a node type, without
// its package, acts in.
func appOf(base string) string {
	if app, ok := apps[base]; ok {
		return app
	}
	return dashed(base)
}

// dashed writes a name in the catalogue's manner: "awsIam" is "aws-iam".
func dashed(name string) string {
	var out strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			after := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || after {
				out.WriteByte('-')
			}
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// borrowed are credential types that several nodes take and that still sign
// in to one application only.
var borrowed = map[string]string{
	"githubApi":                       "github",
	"microsoftGraphSecurityOAuth2Api": "microsoft-graph",
	"microsoftEntraOAuth2Api":         "microsoft-graph",
	"gSuiteAdminOAuth2Api":            "google-workspace",
	"n8nApi":                          "n8n",
	"jiraSoftwareCloudApi":            "jira",
	"jiraSoftwareServerApi":           "jira",
	"jiraSoftwareServerPatApi":        "jira",
	"jiraSoftwareCloudOAuth2Api":      "jira",
	"gitlabApi":                       "gitlab",
	"gitlabOAuth2Api":                 "gitlab",
	"hubspotApi":                      "hubspot",
	"hubspotOAuth2Api":                "hubspot",
	"hubspotAppToken":                 "hubspot",
}

// appOfCredential is the application that a credential type signs in to. It is
// not certain where the type is good for anything: those for requests over HTTP
// are http's, as the steps that use them are, and of others the type itself is
// told in the manner of a name, which the registry can declare.
func appOfCredential(kind string) (app string, certain bool) {
	if app, ok := borrowed[kind]; ok {
		return app, true
	}
	if node, ok := soleNode()[kind]; ok && node != "httpRequest" {
		return appOf(node), true
	}
	anywhere := strings.HasPrefix(kind, "http") && strings.HasSuffix(kind, "Auth")
	if anywhere || kind == "oAuth1Api" || kind == "oAuth2Api" {
		return "http", false
	}
	return dashed(kind), false
}
