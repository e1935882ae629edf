package n8nserver

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// setRole runs in Node, which has SQLite built in: nothing else need be installed.
const setRole = `
const { DatabaseSync } = require('node:sqlite');
const [file, role, email] = process.argv.slice(1);
const db = new DatabaseSync(file, { timeout: 5000 });
console.log(db.prepare('UPDATE user SET roleSlug = ? WHERE email = ?').run(role, email).changes);
`

// RaiseRole gives a user another role, such as "global:admin", behind n8n's back:
// its API changes no role without a licence, but whoever can write to the database
// can. The server may be running; its next answers show the new role.
func (s *Server) RaiseRole(ctx context.Context, email, role string) error {
	file := filepath.Join(s.Dir, ".n8n", "database.sqlite")
	cmd := exec.CommandContext(ctx, s.installation.node(), "--no-warnings", "-e", setRole, file, role, email)
	changed, err := runContained(cmd)
	if err != nil {
		return fmt.Errorf("give %s the role %s: %w", email, role, err)
	}
	if n := strings.TrimSpace(changed); n != "1" {
		return fmt.Errorf("give %s the role %s: %s users have that address", email, role, n)
	}
	return nil
}
