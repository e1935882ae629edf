package registry

import (
	"fmt"

	"cuelang.org/go/cue/ast"
)

// A Platform is what is known of an application that tenants stand on. What is
// empty or nil is unknown.
type Platform struct {
	Narrower      string   // credentials that are good for a part of a tenant, as they stand behind "offers"
	WideScopes    []string // scopes that are good for the whole tenant
	WideAuth      []string // ways to sign in that grant all that the account may do
	WideTokens    bool     // a token without scopes is good for all that its account may do
	TokensEnd     *bool    // a token can be issued that ends by itself
	ShortestToken string   // the shortest life of one, as the registry writes it
	Separates     *bool    // one tenant can keep environments apart
}

// Platform is what is known of an application as a platform; nothing where the
// catalogue does not know it.
func (c *Catalogue) Platform(app string) Platform {
	if a := c.App(app); a != nil && a.Platform != nil {
		return *a.Platform
	}
	return Platform{}
}

// Shorter tells whether the platform issues tokens that live shorter than
// that; zero stands for a token without end. known is false where nobody knows.
func (p Platform) Shorter(than Duration) (can, known bool) {
	if p.TokensEnd == nil || !*p.TokensEnd {
		return false, p.TokensEnd != nil
	}
	if p.ShortestToken == "" || than == 0 {
		return true, true
	}
	shortest, err := ParseDuration(p.ShortestToken)
	return err == nil && shortest < than, err == nil
}

func (p *Platform) set(field string, v ast.Expr) (err error) {
	switch field {
	case "narrower":
		p.Narrower, err = text(v)
	case "wideScopes":
		p.WideScopes, err = texts(v)
	case "wideAuth":
		p.WideAuth, err = texts(v)
	case "wideTokens":
		p.WideTokens, err = truth(v)
	case "tokensEnd":
		p.TokensEnd, err = knownTruth(v)
	case "shortestToken":
		p.ShortestToken, err = text(v)
	case "separates":
		p.Separates, err = knownTruth(v)
	default:
		err = fmt.Errorf("field %q is none of a platform", field)
	}
	return err
}

func knownTruth(v ast.Expr) (*bool, error) {
	b, err := truth(v)
	if err != nil {
		return nil, err
	}
	return &b, nil
}
