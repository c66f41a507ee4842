package sqlite

import (
	"bytes"
	"errors"
	"testing"

	"github.com/seed63918563/llmgate/store"
)

// A page that can be read is written again as one that says the same; any other is corrupt.
func FuzzPage(f *testing.F) {
	some := newBegun()
	f.Add(some.append(nil))
	some.holds[7] = store.Hold{ID: 7, Account: 1, Item: "call", Amount: 5, Priced: true, At: fromNanos(1)}
	some.intents["a"] = store.Intent{Item: "a", At: fromNanos(-2), Body: []byte("{}")}
	whole := some.append(nil)
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(append(bytes.Clone(whole), 0))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, text []byte) {
		page, err := parsePage(text)
		if err != nil {
			if !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		again, err := parsePage(page.append(nil))
		if err != nil || len(again.holds) != len(page.holds) || len(again.intents) != len(page.intents) {
			t.Fatalf("%+v is read as %+v, %v", page, again, err)
		}
		for id, h := range page.holds {
			if again.holds[id] != h {
				t.Errorf("%+v is read as %+v", h, again.holds[id])
			}
		}
		for item, n := range page.intents {
			if got := again.intents[item]; !got.At.Equal(n.At) || !bytes.Equal(got.Body, n.Body) {
				t.Errorf("%+v is read as %+v", n, got)
			}
		}
	})
}
