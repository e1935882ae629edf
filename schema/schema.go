// Package schema holds the CUE that a registry is judged by: the schema, which
// users keep as registry/schema.cue, and the catalogue of known applications.
//
// The schema is dispatched by kind and holds no disjunction of structs, which
// would cost four times as much and bury each mistake under one error a kind.
package schema

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
)

// CUE is the schema: the text of registry/schema.cue.
//
//go:embed schema.cue
var CUE string

// Catalogue holds catalogue/*.cue, package catalogue: what the scopes, roles
// and operations of known applications can do.
//
//go:embed catalogue
var Catalogue embed.FS

// Version names the schema by its text: two programs of the same version judge
// alike.
func Version() string {
	sum := sha256.Sum256([]byte(CUE))
	return hex.EncodeToString(sum[:6])
}
