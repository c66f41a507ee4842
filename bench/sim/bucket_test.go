package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var shapes = []Shape{Minute, Second, Fixed, Sliding}

// epoch is when the tests of pure code begin.
var epoch = time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC)

// Both sides of what rounding may decide.
const (
	strictly = -4.0
	about    = 4.0
)

// bucketPair is a bucket and its dumb version, which get the same.
type bucketPair struct {
	t     *rapid.T
	real  bucket
	model *dumb
	at    time.Time
	uses  []use // not given back yet
}

type use struct {
	at time.Time
	n  int
}

func anyLimit() *rapid.Generator[int] {
	return rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(1, 500), rapid.IntRange(1, 100_000_000), rapid.Just(60_000_000))
}

func anyPause() *rapid.Generator[time.Duration] {
	d := func(low, high time.Duration) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.Int64Range(int64(low), int64(high)), func(n int64) time.Duration { return time.Duration(n) })
	}
	return rapid.OneOf(rapid.Just(time.Duration(0)), d(0, time.Microsecond), d(0, time.Second), d(0, 3*time.Minute), rapid.Just(time.Minute))
}

func TestBucketAgainstDumb(t *testing.T) {
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				limit := anyLimit().Draw(t, "limit")
				p := &bucketPair{t: t, real: newBucket(shape, limit), model: &dumb{shape: shape, limit: limit}, at: epoch}
				p.model.add(dumbEvent{at: epoch, kind: dumbAsk})
				p.real.wait(epoch, 1)
				t.Repeat(map[string]func(*rapid.T){
					"": func(*rapid.T) {}, "pause": p.pause, "ask": p.ask, "obey": p.obey, "refund": p.refund, "overuse": p.overuse, "set": p.set,
				})
			})
		})
	}
}

func (p *bucketPair) pause(t *rapid.T) { p.at = p.at.Add(anyPause().Draw(t, "pause")) }

func (p *bucketPair) size(t *rapid.T) int {
	most := max(1, p.model.now())
	return rapid.OneOf(rapid.IntRange(1, 3), rapid.IntRange(1, most), rapid.Just(most), rapid.IntRange(1, 2*most)).Draw(t, "n")
}

// ask checks what the bucket says about n against the dumb one, and takes it if it fits.
func (p *bucketPair) ask(t *rapid.T) {
	n := p.size(t)
	if p.check(n) == 0 {
		p.take(n)
	}
}

func (p *bucketPair) take(n int) {
	if p.model.now() > 0 {
		p.uses = append(p.uses, use{p.at, n})
	}
	p.real.take(p.at, float64(n))
	p.model.add(dumbEvent{at: p.at, kind: dumbTake, n: n})
}

// farOff is beyond what anybody waits. It takes a debt under a high limit that is then cut to nearly nothing, and is too
// long to tell to a nanosecond.
const farOff = time.Hour

// check returns the wait, after it has found it exact.
func (p *bucketPair) check(n int) time.Duration {
	wait := p.real.wait(p.at, float64(n))
	switch {
	case wait < 0:
		p.t.Fatalf("a wait of %v", wait)
	case wait == 0 && !p.model.fits(p.at, n, about):
		p.t.Fatalf("%d admitted, does not fit", n)
	case wait > 0 && p.model.fits(p.at, n, strictly):
		p.t.Fatalf("%d refused for %v, fits now", n, wait)
	case wait > farOff:
	case !p.model.fits(p.at.Add(wait), n, about):
		p.t.Fatalf("%d told to wait %v, does not fit then", n, wait)
	case wait > p.resolution() && p.model.fits(p.at.Add(wait-p.resolution()), n, strictly):
		p.t.Fatalf("%d told to wait %v, fits %v earlier", n, wait, p.resolution())
	}
	return wait
}

// resolution is how exact a wait is: windows end at a nanosecond, while in that time a small bucket gets less than
// rounding.
func (p *bucketPair) resolution() time.Duration {
	if p.model.shape == Fixed || p.model.shape == Sliding {
		return time.Nanosecond
	}
	return time.Microsecond
}

// obey comes a little too early, is refused, and is admitted at the time it was told.
func (p *bucketPair) obey(t *rapid.T) {
	n := p.size(t)
	wait, early := p.check(n), p.resolution()
	if wait > farOff {
		return
	}
	if wait > early {
		p.at = p.at.Add(wait - early)
		if left := p.real.wait(p.at, float64(n)); left <= 0 || left > 2*early {
			t.Fatalf("%v before the told time, %d is told to wait %v", early, n, left)
		}
		p.at = p.at.Add(early)
	} else {
		p.at = p.at.Add(wait)
	}
	if left := p.real.wait(p.at, float64(n)); left != 0 {
		t.Fatalf("at the told time, %d is told to wait %v more", n, left)
	}
	p.take(n)
}

// refund gives back a part of an earlier use.
func (p *bucketPair) refund(t *rapid.T) {
	if len(p.uses) == 0 {
		return
	}
	i := rapid.IntRange(0, len(p.uses)-1).Draw(t, "which")
	n := rapid.IntRange(0, p.uses[i].n).Draw(t, "back")
	p.uses[i].n -= n
	p.real.refund(p.at, p.uses[i].at, float64(n))
	p.model.add(dumbEvent{at: p.at, kind: dumbRefund, n: n, taken: p.uses[i].at})
}

// overuse takes without asking, as an answer does that is longer than was reserved.
func (p *bucketPair) overuse(t *rapid.T) { p.take(rapid.IntRange(1, 1000).Draw(t, "n")) }

func (p *bucketPair) set(t *rapid.T) {
	limit := anyLimit().Draw(t, "limit")
	p.real.set(p.at, limit)
	p.model.add(dumbEvent{at: p.at, kind: dumbSet, n: limit})
}

// Reset is the time until all is back: the bucket is empty of use then, and not before.
func TestBucketReset(t *testing.T) {
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				limit := rapid.IntRange(1, 10_000).Draw(t, "limit")
				b := newBucket(shape, limit)
				at := epoch
				for range rapid.IntRange(1, 20).Draw(t, "uses") {
					b.take(at, float64(rapid.IntRange(1, limit).Draw(t, "n")))
					at = at.Add(anyPause().Draw(t, "pause"))
				}
				reset := b.reset(at)
				if early := at.Add(reset - time.Millisecond); reset > time.Millisecond && b.used(early) <= 0 {
					t.Fatalf("nothing is used %v before the reset", time.Millisecond)
				}
				if used := b.used(at.Add(reset)); used > 1e-6 {
					t.Fatalf("%v is used at the reset", used)
				}
			})
		})
	}
}

// A refund that comes after its use has expired gives nothing: else the same allowance would be there twice.
func TestBucketLateRefund(t *testing.T) {
	for _, shape := range []Shape{Fixed, Sliding} {
		b := newBucket(shape, 100)
		b.take(epoch, 80)
		later := epoch.Add(2 * time.Minute)
		b.take(later, 90)
		b.refund(later, epoch, 80)
		if b.wait(later, 10) != 0 || b.wait(later, 11) == 0 {
			t.Errorf("%s: 90 of 100 used, yet the wait is %v for 10 and %v for 11", shape, b.wait(later, 10), b.wait(later, 11))
		}
	}
}

// A debt too large to wait for is a long wait, not none.
func TestBucketDebt(t *testing.T) {
	for _, shape := range []Shape{Minute, Second} {
		b := newBucket(shape, 1_000_000_000)
		b.take(epoch, 1_000_000_000)
		b.set(epoch, 1)
		b.take(epoch, 1_000_000_000)
		if wait, reset := b.wait(epoch, 1), b.reset(epoch); wait < 24*time.Hour || reset < 24*time.Hour {
			t.Errorf("%s: a wait of %v, a reset after %v", shape, wait, reset)
		}
	}
}

func TestBucketBurst(t *testing.T) {
	for _, tt := range []struct {
		shape Shape
		burst float64
		wait  time.Duration
	}{
		{Minute, 120, time.Second / 2}, {Second, 2, time.Second / 2}, {Fixed, 120, time.Minute}, {Sliding, 120, time.Minute}, {"", 120, time.Second / 2},
	} {
		b := newBucket(tt.shape, 120)
		for b.wait(epoch, 1) == 0 {
			b.take(epoch, 1)
		}
		if b.used(epoch) != tt.burst || b.wait(epoch, 1) != tt.wait {
			t.Errorf("%q: a burst of %v and a wait of %v, want %v and %v", tt.shape, b.used(epoch), b.wait(epoch, 1), tt.burst, tt.wait)
		}
	}
}
