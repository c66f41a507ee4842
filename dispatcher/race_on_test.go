//go:build race

package dispatcher_test

// The race detector bears some thousands of goroutines at once, and is slow.
const (
	manyAtOnce = 5_000
	manyJobs   = 30_000
)
