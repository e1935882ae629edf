package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// apart are flags of a command of which only one of a group can be used.
func apart(c *cobra.Command, groups ...[]string) {
	for _, group := range groups {
		c.MarkFlagsMutuallyExclusive(group...) // for the shell's completion; it is checked later than ours
	}
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		for _, group := range groups {
			used := ""
			for _, name := range group {
				switch {
				case !c.Flags().Changed(name):
				case used != "":
					return fmt.Errorf("--%s cannot be used with --%s", name, used)
				default:
					used = name
				}
			}
		}
		return nil
	}
}
