//go:build race

package request_test

// raceDetector: under it sync.Pool drops items at random, so that allocations can't be counted.
const raceDetector = true
