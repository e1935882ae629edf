package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rollcall-dev/rollcall/lint"
	"github.com/rollcall-dev/rollcall/lint/rules"
	"github.com/rollcall-dev/rollcall/registry"
)

// withOrganisationRules are the rules of the book and those that the registry
// declares itself, which are evaluated for the pass: by the base's, where there
// is a base.
func withOrganisationRules(ctx context.Context, pass *lint.Pass) (book []lint.Rule, err error) {
	pass.Rulings, err = registry.JudgeRules(ctx, nil, pass.Head, pass.Base)
	if err != nil {
		return nil, err
	}
	law := pass.Head
	if pass.Base != nil {
		law = pass.Base
	}
	return append(rules.All(), lint.OrganisationRules(law)...), nil
}

// organisationRules are those that the registry in a folder declares itself;
// none where there is no registry.
func organisationRules(dir string) ([]lint.Rule, error) {
	if _, err := os.Stat(filepath.Join(dir, "registry")); err != nil {
		return nil, nil
	}
	own, err := registry.ReadRules(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("read the rules of %s: %w", dir, err)
	}
	all := make([]lint.Rule, len(own))
	for i, r := range own {
		all[i] = lint.OrganisationRule(r)
	}
	return all, nil
}
