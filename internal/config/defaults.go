package config

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// fill puts in the defaults, and makes paths absolute: those of the file are
// relative to the folder that it is in.
func (c *Config) fill(dir string) error {
	state, err := stateFolder()
	if err != nil && (c.State == "" || c.Evidence.Dir == "" && !c.Database.Given()) {
		return err
	}
	if c.Registry.URL != "" && c.Registry.Branch == "" {
		c.Registry.Branch = "main"
	}
	c.State = or(c.State, filepath.Join(state, "state.db"))
	if !c.Database.Given() {
		c.Evidence.Dir = or(c.Evidence.Dir, filepath.Join(state, "evidence"))
	}
	if c.Evidence.Dir != "" {
		c.Evidence.Key = or(c.Evidence.Key, c.Evidence.Dir+".key")
	}
	c.Listen = or(c.Listen, "127.0.0.1:8350")
	c.Interval = or(c.Interval, 5*time.Minute)
	c.Registry.FetchEvery = or(c.Registry.FetchEvery, time.Minute)
	for _, path := range []*string{&c.Registry.Path, &c.State, &c.Evidence.Dir, &c.Evidence.Key, &c.Alerts.Undone} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	c.Alerts.Undone = or(c.Alerts.Undone, filepath.Join(filepath.Dir(c.State), "alerts.jsonl"))
	c.Alerts.fill()
	for name, t := range c.Tenants {
		t.Timeout = or(t.Timeout, 30*time.Second)
		t.Interval = or(t.Interval, c.Interval)
		c.Tenants[name] = t
	}
	return nil
}

// stateFolder is where a program keeps its state on this machine.
func stateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "rollcall"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for the state: %w; set state and evidence.dir in the configuration", err)
	}
	return filepath.Join(home, ".local", "state", "rollcall"), nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
