//go:build race

package ledger_test

// The race detector makes everything slower.
const goroutines, calls = 100, 100
