// Package migrations embeds the SQL files that build the schema, in order.
// They only go forward, and each can be used by the version before it.
package migrations

import "embed"

// FS holds the files that goose applies.
//
//go:embed *.sql
var FS embed.FS
