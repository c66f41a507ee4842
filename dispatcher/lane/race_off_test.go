//go:build !race

package lane

// Race tells that the race detector is on.
const Race = false
