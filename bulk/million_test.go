package bulk_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bulk"
)

// A process of its own does each part of the work, for what it takes of memory and processor is to be its own. With a million
// items, and 1,024 in flight:
//
//	LLMGATE_ITEMS=1000000 go test ./bulk -run TestMillion -v -timeout 1h
//
// LLMGATE_FLIGHT=128 has fewer in flight.
func TestMillion(t *testing.T) {
	items, flight := setting(t, "LLMGATE_ITEMS", 3000), setting(t, "LLMGATE_FLIGHT", 1024)
	for _, order := range []bulk.Order{bulk.Completion, bulk.Input} {
		t.Run(string(order), func(t *testing.T) {
			w := &worker{Folder: t.TempDir(), Items: items, Flight: flight, Order: order}
			plain := w.does(t, "call")
			fresh := w.does(t, "run")
			w.expect(t)
			again := w.does(t, "run")
			w.expect(t)
			scan := w.does(t, "open")
			if fresh.Done != items || again.Done != 0 || again.Before != items || scan.Before != items || plain.Done != items {
				t.Errorf("of %d items %d were called, %d answered, then %d, with %d of before, and %d by the state", items, plain.Done, fresh.Done, again.Done, again.Before, scan.Before)
			}
			t.Logf("the dispatcher alone: %v", plain)
			t.Logf("a run with a state: %v; %.1f µs of CPU an item on top of the dispatcher", fresh, micros(fresh.CPU-plain.CPU, items))
			t.Logf("the same run again, with the items read and nothing to do: %v", again)
			t.Logf("the state opened alone: %v", scan)
			if order == bulk.Completion {
				t.Logf("a plan of the items: %v", w.does(t, "plan"))
			}
		})
	}
}

func micros(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / 1000 / float64(n) }

// setting is a number in the environment, or n.
func setting(t *testing.T, name string, n int) int {
	t.Helper()
	if text := os.Getenv(name); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		check(t, err)
	}
	return n
}
