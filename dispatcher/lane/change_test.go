package lane

import (
	"fmt"
	"testing"
	"time"
)

// A limit that is halved or doubled is followed, with one burst of refusals at most. Buckets are at 95 % of the new one after
// ten seconds, and without headers if it is halved; that one has doubled shows there only when nothing is refused for long.
// Windows, which are used in bursts, are measured over the two that follow on the change.
func TestLimitChanges(t *testing.T) {
	const before, at = 500_000, 2 * time.Minute
	for _, tt := range []struct {
		shape    string
		hidden   bool
		after    int
		from, to time.Duration // since the change
		most     int           // refusals
	}{
		{"minute", false, before / 2, 10 * time.Second, 20 * time.Second, 6},
		{"minute", false, 2 * before, 10 * time.Second, 20 * time.Second, 2},
		{"second", false, before / 2, 10 * time.Second, 20 * time.Second, 6},
		{"second", false, 2 * before, 10 * time.Second, 20 * time.Second, 2},
		{"fixed", false, before / 2, time.Minute, 3 * time.Minute, 6},
		{"fixed", false, 2 * before, time.Minute, 3 * time.Minute, 2},
		{"sliding", false, before / 2, time.Minute, 3 * time.Minute, 80},
		{"sliding", false, 2 * before, time.Minute, 3 * time.Minute, 60},
		{"minute", true, before / 2, 10 * time.Second, 20 * time.Second, 16},
		{"second", true, before / 2, 10 * time.Second, 20 * time.Second, 16},
		{"minute", true, 2 * before, time.Minute, 3 * time.Minute, 20},
		{"second", true, 2 * before, time.Minute, 3 * time.Minute, 20},
	} {
		k := kind{tt.shape, "sum", tt.hidden}
		t.Run(fmt.Sprint(k, " to ", tt.after), func(t *testing.T) {
			for seed := range uint64(*seeds) {
				w := newWorld(newProvider(k, 0, before), seed)
				w.join(250, Config{})
				changed := w.books(at)
				w.provider.change(start.Add(at), 0, tt.after)
				from := w.books(at + tt.from)
				to := w.books(at + tt.to)
				used, refused := between(from, to).used, to.refused-changed.refused
				t.Logf("used %.1f %%, %d refused", 100*used, refused)
				if used < 0.95 || refused > tt.most {
					t.Errorf("seed %d: used %.1f %% of the new limit, %d were refused; want 95 %% and at most %d", seed, 100*used, refused, tt.most)
				}
			}
		})
	}
}
