package main

import (
	"testing"

	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func TestEveryPeer(t *testing.T) {
	for _, p := range peers {
		if p.open == nil {
			continue // its own module has the test
		}
		t.Run(p.name, func(t *testing.T) { cell.Exercise(t, p.open, server()) })
	}
}

// A baseline is there for each peer, and in the same comparisons, and each is opened in one place.
func TestBaselines(t *testing.T) {
	for _, p := range peers {
		base, ok := peerNamed(p.base)
		if !ok || base.base != base.name || base.kinds != nil {
			t.Errorf("%s is compared with %q, which is no baseline", p.name, p.base)
		}
		if (p.open == nil) == (p.folder == "") {
			t.Errorf("%s is opened by a function and by a program, or by neither", p.name)
		}
	}
}
