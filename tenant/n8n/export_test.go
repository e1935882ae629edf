package n8n

import (
	"net/http"
	"net/url"
)

// SpoilCookie makes the cookie of a signed-in driver one that n8n does not
// accept.
func (d *Driver) SpoilCookie() {
	u, _ := url.Parse(d.config.BaseURL)
	d.session.api.Jar.SetCookies(u, []*http.Cookie{{Name: "n8n-auth", Value: "spoilt", Path: "/"}})
}
