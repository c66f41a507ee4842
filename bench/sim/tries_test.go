package sim

import "testing"

func TestTries(t *testing.T) {
	var tr tries
	for want := uint64(1); want <= 3; want++ {
		for sum := range uint64(remembered) {
			if got := tr.add(sum); got != want {
				t.Fatalf("request %d comes for the %d. time, counted as %d", sum, want, got)
			}
		}
	}
}

// The memory is bounded, and what is forgotten starts afresh.
func TestTriesBound(t *testing.T) {
	var tr tries
	for sum := range uint64(5 * remembered) {
		if got := tr.add(sum); got != 1 {
			t.Fatalf("request %d is new, counted as %d", sum, got)
		}
		if n := len(tr.recent) + len(tr.older); n > 2*remembered {
			t.Fatalf("%d requests remembered", n)
		}
	}
	if got := tr.add(0); got != 1 {
		t.Errorf("a request of long ago is counted as %d", got)
	}
	if got := tr.add(5*remembered - 1); got != 2 {
		t.Errorf("the request before is counted as %d", got)
	}
}
