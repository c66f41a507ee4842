//go:build race

package lane

// Race: the race detector makes everything ten times slower.
const Race = true
