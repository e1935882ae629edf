package main

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-dev/rollcall/internal/config"
	"github.com/rollcall-dev/rollcall/registry"
)

// undeclared are warnings of the configuration's tenants that the registry does
// not declare: nothing is on their roll. A registry elsewhere is not fetched
// for it.
func undeclared(cfg *config.Config) (warnings []string) {
	r := cfg.Registry
	if r.Path == "" {
		return nil
	}
	s, err := declared(r)
	if err != nil {
		return []string{fmt.Sprintf("whether the registry declares these tenants cannot be told: %v", err)}
	}
	names := make([]string, len(s.Tenants))
	for i, t := range s.Tenants {
		names[i] = t.ID
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Tenants)) {
		if s.Tenant(name) != nil {
			continue
		}
		warning := fmt.Sprintf("the registry declares no tenant %q; declare it in registry/tenants/%s.cue", name, name)
		if len(names) > 0 {
			warning += ", or name it as the registry does: " + strings.Join(names, ", ")
		}
		warnings = append(warnings, warning)
	}
	return warnings
}

// declared is the registry on this machine that the configuration names.
func declared(r config.Registry) (*registry.Snapshot, error) {
	dir, folder := r.Path, r.Folder
	if r.Branch == "" {
		dir, folder = filepath.Join(dir, filepath.FromSlash(folder)), ""
	}
	files, commit, err := openRegistry(dir, r.Branch)
	if err != nil {
		return nil, err
	}
	if c, ok := files.(interface{ Close() error }); ok {
		defer c.Close()
	}
	if folder != "" {
		if files, err = fs.Sub(files, folder); err != nil {
			return nil, fmt.Errorf("open the folder %q of the registry: %w", folder, err)
		}
	}
	return registry.Load(files, commit)
}
