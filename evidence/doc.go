// Package evidence is the log that nobody can rewrite unseen: what was about to
// be done, what came of it, and why, one [Entry] each, in a transparency log
// of tiles, bundles and signed checkpoints (c2sp.org/tlog-tiles).
//
// [Open] makes or opens a log for its one writer, [Log.Append] writes to it.
// [Verify], [Read] and [Show] need only the folder and the public key, and
// read the files themselves: an auditor runs them on a copy.
package evidence
