// Package layout holds the house to its plan: its test says which file of the
// project imports what its folder may not.
package layout
