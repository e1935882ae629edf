package main

import (
	"fmt"

	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/tenant"
	"github.com/rollcall-dev/rollcall/tenant/n8n"
	"github.com/rollcall-dev/rollcall/tenant/sandbox"
)

// platforms are the drivers, by the platform that the configuration names.
var platforms = map[string]func(name string, t config.Tenant) (tenant.Driver, error){
	"n8n": func(name string, t config.Tenant) (tenant.Driver, error) {
		return n8n.New(n8n.Config{
			Tenant: name, BaseURL: t.URL, APIKey: t.APIKey.Secret.Reveal(), InstanceID: t.InstanceID, Timeout: t.Timeout,
			Email: reveal(t.Email), Password: reveal(t.Password),
		})
	},
	"sandbox": func(name string, t config.Tenant) (tenant.Driver, error) {
		d := sandbox.Connect(name, t.InstanceID, t.URL, t.APIKey.Secret.Reveal())
		d.API.Timeout = t.Timeout
		return d, nil
	},
}

func reveal(r config.Ref) string {
	if !r.Given() {
		return ""
	}
	return r.Secret.Reveal()
}

// driverOf makes the driver of a tenant; it sends nothing yet.
func driverOf(name string, t config.Tenant) (tenant.Driver, error) {
	open, ok := platforms[t.Platform]
	if !ok {
		return nil, fmt.Errorf("reach %s: there is no platform %q", name, t.Platform)
	}
	d, err := open(name, t)
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", name, err)
	}
	return d, nil
}
