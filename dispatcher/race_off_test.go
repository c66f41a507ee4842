//go:build !race

package dispatcher_test

const (
	manyAtOnce      = 100_000
	manyJobs        = 100_000
	mostAllocations = 8 // above the client's answer
)
