//go:build race

package limits

// raced: the race detector is on, under which the search, which has one goroutine, is ten times as slow.
const raced = true
