package limiter_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// counter is what all shapes have in common.
type counter interface {
	Wait(now time.Time, n int) time.Duration
	Take(now time.Time, n int)
	Give(now, taken time.Time, n int)
	Level(now time.Time) float64
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// use is one thing that was taken, by a model that never forgets.
type use struct {
	at time.Time
	n  int
}

// Whoever waits as long as told may take, and a moment earlier might not have.
func TestWaitIsEnough(t *testing.T) {
	for name, fresh := range map[string]func() counter{
		"bucket": func() counter { return limiter.NewBucket(50, 100) },
		"log":    func() counter { return limiter.NewLog(100, time.Minute) },
		"window": func() counter { return limiter.NewWindow(100, time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				c, now := fresh(), start
				for range rapid.IntRange(1, 60).Draw(t, "steps") {
					now = now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "pause")))
					n := rapid.IntRange(1, 100).Draw(t, "n")
					wait := c.Wait(now, n)
					if wait < 0 || wait > 5*time.Minute {
						t.Fatalf("a wait of %v", wait)
					}
					now = now.Add(wait)
					if again := c.Wait(now, n); again != 0 {
						t.Fatalf("after a wait of %v there are %v more", wait, again)
					}
					c.Take(now, n)
					if left := c.Level(now); left < -1e-6 || left > 100 {
						t.Fatalf("the level is %v", left)
					}
				}
			})
		})
	}
}

// What a log lets through stays within the limit in every minute, by what is really taken and not given back.
func TestLogKeepsEveryWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const limit, window = 100, time.Minute
		l, now := limiter.NewLog(limit, window), start
		var uses []use
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "pause")))
			n := rapid.IntRange(1, 40).Draw(t, "n")
			if l.Wait(now, n) == 0 {
				l.Take(now, n)
				uses = append(uses, use{now, n})
			}
			if len(uses) > 0 && rapid.Bool().Draw(t, "give back") {
				u := &uses[len(uses)-1]
				part := rapid.IntRange(0, u.n).Draw(t, "part")
				l.Give(now, u.at, part)
				u.n -= part
			}
			sum := 0
			for _, u := range uses {
				if now.Sub(u.at) < window {
					sum += u.n
				}
			}
			if sum > limit {
				t.Fatalf("%d in a minute", sum)
			}
			if left := int(l.Level(now)); left > limit-sum {
				t.Fatalf("%d are left of %d, of which %d are used", left, limit, sum)
			}
		}
	})
}

func TestBucketRunsIntoDebtAndOut(t *testing.T) {
	b := limiter.NewBucket(10, 100)
	b.Take(start, 350)
	if left := b.Level(start); left != -250 {
		t.Errorf("level %v after taking 350 of 100", left)
	}
	if wait := b.Wait(start, 50); wait != 30*time.Second {
		t.Errorf("wait %v for 300 at 10 a second", wait)
	}
	b.Give(start, start, 270)
	if left := b.Level(start); left != 20 {
		t.Errorf("level %v after 270 came back", left)
	}
	b.Give(start, start, 500)
	if left := b.Level(start); left != 100 {
		t.Errorf("level %v in a bucket of 100", left)
	}
	b.Take(start, 100)
	b.Set(start, 20, 40)
	if wait := b.Wait(start, 1000); wait != 2*time.Second {
		t.Errorf("wait %v for a bucket of 40 to fill at 20 a second", wait)
	}
	if none := limiter.NewBucket(1e-12, 1); none.Level(start) != 1 {
		t.Error("a new bucket is not full")
	} else if none.Take(start, 1); none.Wait(start, 1) != math.MaxInt64 {
		t.Errorf("wait %v for what takes longer than time can tell", none.Wait(start, 1))
	}
}

func TestWindowBeginsAfresh(t *testing.T) {
	w := limiter.NewWindow(10, time.Minute)
	w.Take(start, 10)
	if wait := w.Wait(start.Add(20*time.Second), 1); wait != 40*time.Second {
		t.Errorf("wait %v in the second third of a minute", wait)
	}
	w.SetEnd(start.Add(20*time.Second), start.Add(30*time.Second))
	later := start.Add(31 * time.Second)
	if left := w.Level(later); left != 10 || !w.Start(later).Equal(start.Add(30*time.Second)) {
		t.Errorf("level %v in a window that began at %v", left, w.Start(later).Sub(start))
	}
	w.Take(later, 4)
	w.Give(later, start, 3) // of a window that has ended
	w.Give(later, later, 1)
	if left := w.Level(later); left != 7 {
		t.Errorf("level %v after 3 were used", left)
	}
	w.SetLimit(5)
	if left := w.Level(later); left != 2 {
		t.Errorf("level %v with a limit of 5", left)
	}
}

func TestLogSince(t *testing.T) {
	l := limiter.NewLog(0, time.Minute)
	for i := range 10 {
		l.Take(start.Add(time.Duration(i)*time.Second), 1)
	}
	now := start.Add(9 * time.Second)
	if n := l.Since(now, start.Add(6*time.Second)); n != 4 {
		t.Errorf("%d since the sixth second, want 4", n)
	}
	l.Give(now, start.Add(8*time.Second), 5) // more than was taken then: the rest from before
	if n := l.Since(now, start); n != 5 {
		t.Errorf("%d are left of 10 after 5 came back", n)
	}
	if n := l.Since(start.Add(63*time.Second), start); n != 1 {
		t.Errorf("%d have not expired, want 1", n)
	}
}

// A bucket remembers what it was asked last, and must not be wrong for that.
func TestBucketAskedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked, silent, now := limiter.NewBucket(50, 100), limiter.NewBucket(50, 100), start
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 2).Draw(t, "pause")) * time.Second)
			n := rapid.IntRange(-150, 150).Draw(t, "n")
			if rapid.Bool().Draw(t, "ask") {
				asked.Level(now)
			}
			asked.Take(now, n)
			silent.Take(now, n)
			if rapid.IntRange(0, 9).Draw(t, "change") == 0 {
				asked.Set(now, 20, 80)
				silent.Set(now, 20, 80)
			}
		}
		fresh := silent.Level(now) // asked for the first time
		if got := asked.Level(now); math.Abs(got-fresh) > 1e-9 {
			t.Fatalf("asked before %v, asked once %v", got, fresh)
		}
	})
}
