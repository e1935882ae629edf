package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/rollcall-dev/rollcall/schema"
)

// version is set by the linker; a build without it takes the module's own.
var version string

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "say which rollcall this is",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			v := versionOf()
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(v)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "rollcall %s, schema %s, %s %s\n", v.Version, v.Schema, v.Go, v.Platform)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return c
}

type versions struct {
	Version  string `json:"version"`
	Schema   string `json:"schema"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionOf() versions {
	v := versions{version, schema.Version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && v.Version == "" {
		v.Version = info.Main.Version
	}
	return v
}
