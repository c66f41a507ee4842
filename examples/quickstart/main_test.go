package main

import "testing"

func TestQuickstart(t *testing.T) {
	if err := run(t.Context(), "sim/demo"); err != nil {
		t.Error(err)
	}
	if err := run(t.Context(), "nobody/demo"); err == nil {
		t.Error("an unknown vendor was opened")
	}
}
