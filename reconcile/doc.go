// Package reconcile calls the roll: it compares what is declared with what is
// live ([Diff]), decides what to do about it ([Policy.Decide]) and does that,
// with evidence of each step ([Reconciler]).
//
// Diff and Decide are pure: the same inputs give the same plan, byte for byte.
package reconcile
