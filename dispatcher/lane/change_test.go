package lane

import (
	"fmt"
	"testing"
	"time"
)

// A limit that is halved or doubled is followed: buckets are at 95 % of the new one ten seconds later. One that has doubled and is
// stated nowhere shows when a burst of refusals is overdue. Windows are used in bursts, and those from before the change last for
// a minute: they are measured over the two that follow, or a window later where one that has doubled is stated nowhere.
func TestLimitChanges(t *testing.T) {
	const before, at = 2_000_000, 140 * time.Second
	for _, tt := range []struct {
		shape    string
		hidden   bool
		after    int
		from, to time.Duration // since the change
		least    float64       // share of the new limit
		most     int           // refusals
	}{
		{"minute", false, before / 2, 10 * time.Second, 20 * time.Second, 0.95, 2},
		{"minute", false, 2 * before, 10 * time.Second, 20 * time.Second, 0.95, 2},
		{"second", false, before / 2, 10 * time.Second, 20 * time.Second, 0.95, 2},
		{"second", false, 2 * before, 10 * time.Second, 20 * time.Second, 0.95, 2},
		{"fixed", false, before / 2, time.Minute, 3 * time.Minute, 0.98, 2},
		{"fixed", false, 2 * before, time.Minute, 3 * time.Minute, 0.98, 2},
		{"sliding", false, before / 2, time.Minute, 3 * time.Minute, 0.98, 10},
		{"sliding", false, 2 * before, time.Minute, 3 * time.Minute, 0.98, 2},
		{"minute", true, before / 2, 10 * time.Second, 20 * time.Second, 0.95, 12},
		{"minute", true, 2 * before, 10 * time.Second, 20 * time.Second, 0.94, 40},
		{"second", true, before / 2, 10 * time.Second, 20 * time.Second, 0.95, 12},
		{"second", true, 2 * before, 10 * time.Second, 20 * time.Second, 0.95, 12},
		{"fixed", true, before / 2, time.Minute, 3 * time.Minute, 0.95, 6},
		{"fixed", true, 2 * before, 2 * time.Minute, 4 * time.Minute, 0.95, 6},
		{"sliding", true, before / 2, time.Minute, 3 * time.Minute, 0.95, 6},
		{"sliding", true, 2 * before, 2 * time.Minute, 4 * time.Minute, 0.92, 12},
	} {
		k := kind{tt.shape, "sum", tt.hidden}
		t.Run(fmt.Sprint(k, " to ", tt.after), func(t *testing.T) {
			for seed := range uint64(*seeds) {
				w := newWorld(newProvider(k, 0, before), seed)
				w.join(500, Config{})
				changed := w.books(at)
				w.provider.change(start.Add(at), 0, tt.after)
				from := w.books(at + tt.from)
				to := w.books(at + tt.to)
				used, refused := between(from, to).used, to.refused-changed.refused
				t.Logf("used %.1f %%, %d refused", 100*used, refused)
				if used < tt.least || refused > tt.most {
					t.Errorf("seed %d: used %.1f %% of the new limit, %d were refused; want %.0f %% and at most %d", seed, 100*used, refused, 100*tt.least, tt.most)
				}
			}
		})
	}
}
