package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*/*.sql
var migrations embed.FS

// forms are the migrations of one kind of database: newest is the number of the
// last of its files.
type forms struct {
	dialect database.Dialect
	folder  string
	newest  int64
}

var (
	sqliteForms   = forms{database.DialectSQLite3, "migrations/sqlite", 3}
	postgresForms = forms{database.DialectPostgres, "migrations/postgres", 4}
)

// migrate brings a database to this version's form. It is for one process at a
// time.
func migrate[T any](ctx context.Context, db *sql.DB, river riverdriver.Driver[T], f forms) error {
	files, err := fs.Sub(migrations, f.folder)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(f.dialect, db, files)
	if err != nil {
		return err
	}
	have, _, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read its form: %w", err)
	}
	if have > f.newest {
		return newer(have, f)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring it to form %d: %w", f.newest, err)
	}
	m, err := rivermigrate.New(river, &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("make the tables of the jobs: %w", err)
	}
	return nil
}

func versionFits(ctx context.Context, db *sql.DB, f forms) error {
	var have int64
	if err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&have); err != nil {
		return fmt.Errorf("read its form: %w", err)
	}
	if have > f.newest {
		return newer(have, f)
	}
	if have < f.newest {
		return fmt.Errorf("it was written by an older rollcall (form %d, this one wants %d); run the daemon or reconcile once, which brings it up to date", have, f.newest)
	}
	return nil
}

func newer(have int64, f forms) error {
	way := "move the file away to begin anew"
	if f.dialect == database.DialectPostgres {
		way = "name an empty database to begin anew"
	}
	return fmt.Errorf("it was written by a newer rollcall (form %d, this one knows %d); run that version, or %s", have, f.newest, way)
}
