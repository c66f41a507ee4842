package collector

import (
	"math"
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func settings() (percent int, limit int64) {
	percent = debug.SetGCPercent(100)
	debug.SetGCPercent(percent)
	return percent, debug.SetMemoryLimit(-1)
}

func TestBoundIsUndone(t *testing.T) {
	percent, limit := settings()
	release := Bound()
	if p, l := settings(); p != seldom || l != room {
		t.Errorf("bound to %d %% and %d bytes, want %d and %d", p, l, seldom, room)
	}
	release()
	if p, l := settings(); p != percent || l != limit {
		t.Errorf("left at %d %% and %d bytes, want %d and %d", p, l, percent, limit)
	}
}

func TestTheUsersLimitHolds(t *testing.T) {
	const users = math.MaxInt64 / 2
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(users))
	release := Bound()
	if _, l := settings(); l != users {
		t.Errorf("a limit of %d became %d", users, l)
	}
	release()
	if _, l := settings(); l != users {
		t.Errorf("a limit of %d was left at %d", users, l)
	}
}

// With much alive the collector has at least a third of that to run in.
func TestBoundGrowsWithWhatIsAlive(t *testing.T) {
	for live, want := range map[int64]int64{0: room, 40 << 20: room, 300 << 20: 432 << 20} {
		if got := bound(live); got != want {
			t.Errorf("with %d bytes alive: %d, want %d", live, got, want)
		}
	}
}
