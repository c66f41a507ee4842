package lane

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// A window ends a little later than was known where a request was late on its way. An end that is nearly a whole window later is
// not that of the window in which so much is used.
func TestEndOfAnotherWindow(t *testing.T) {
	for later, wait := range map[time.Duration]time.Duration{time.Second: time.Second, 59 * time.Second: 0} {
		m := &meter{limit: 300, shaping: shaping{window: time.Minute, used: fixed}}
		w := limiter.NewWindow(m.limit, time.Minute)
		w.Take(start, m.limit)
		m.end(start.Add(59*time.Second), w, start.Add(time.Minute+later))
		if got := w.Wait(start.Add(time.Minute), 1); got != wait {
			t.Errorf("told an end %v later, the next request waits %v after the known one, want %v", later, got, wait)
		}
	}
}
