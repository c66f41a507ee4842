//go:build !race

package ledger_test

// How much TestCapUnderConcurrency does: a thousand goroutines, a thousand calls each.
const goroutines, calls = 1000, 1000
