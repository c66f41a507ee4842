//go:build race

package dispatcher_test

// The race detector bears some thousands of goroutines at once, is slow, and has pools lose what they hold by chance.
const (
	manyAtOnce      = 5_000
	manyJobs        = 30_000
	mostAllocations = 16
)
