// Package n8n reads a tenant of n8n, and suspends, resumes and sets back what
// runs in it.
//
// What runs is what is judged: of a workflow the published version, with the
// draft beside it where that differs. A node that is disabled does not run, so
// it starts nothing, uses nothing and does nothing.
//
// n8n has two sides. The public API takes a key and tells workflows,
// credentials, users and executions. The side of its own editor takes the
// cookie of a signed-in account, and alone tells the API keys and who the
// instance is.
package n8n
