package registry

import (
	"testing"
	"time"
)

func TestShorter(t *testing.T) {
	yes, no := true, false
	const year, day = Duration(365 * 24 * time.Hour), Duration(24 * time.Hour)
	tests := []struct {
		name       string
		platform   Platform
		than       Duration
		can, known bool
	}{
		{"nobody knows", Platform{}, year, false, false},
		{"its tokens have no end", Platform{TokensEnd: &no}, year, false, true},
		{"any end may be set", Platform{TokensEnd: &yes}, day, true, true},
		{"shorter than a year", Platform{TokensEnd: &yes, ShortestToken: "30d"}, year, true, true},
		{"none shorter than its shortest", Platform{TokensEnd: &yes, ShortestToken: "30d"}, 30 * day, false, true},
		{"one without end", Platform{TokensEnd: &yes, ShortestToken: "30d"}, 0, true, true},
	}
	for _, tt := range tests {
		if can, known := tt.platform.Shorter(tt.than); can != tt.can || known != tt.known {
			t.Errorf("%s: issues tokens shorter than %s: %t (known: %t), want %t (%t)", tt.name, tt.than, can, known, tt.can, tt.known)
		}
	}
}

func TestAPlatformThatNobodyKnowsHasNoFacts(t *testing.T) {
	c := builtin(t)
	for _, app := range []string{"nobody-knows-it", "netsuite"} {
		p := c.Platform(app)
		if p.Narrower != "" || p.TokensEnd != nil || p.Separates != nil {
			t.Errorf("%s is known as a platform: %+v", app, p)
		}
	}
	if p := c.Platform("anypoint"); p.Separates == nil || !*p.Separates {
		t.Error("mulesoft-anypoint is not found by its other name")
	}
}

// A wide credential is found fault with only where there is a narrower one.
func TestWhatIsWideHasANarrowerOne(t *testing.T) {
	for name := range builtin(t).Apps {
		p := builtin(t).Platform(name)
		if p.Narrower == "" && (len(p.WideScopes) > 0 || len(p.WideAuth) > 0 || p.WideTokens) {
			t.Errorf("%s lists wide credentials and no narrower one", name)
		}
		if p.ShortestToken != "" {
			if _, err := ParseDuration(p.ShortestToken); err != nil || p.TokensEnd == nil || !*p.TokensEnd {
				t.Errorf("%s: the shortest token lives %q (%v), and whether its tokens end stands as %v", name, p.ShortestToken, err, p.TokensEnd)
			}
		}
	}
}
