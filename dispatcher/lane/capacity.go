package lane

import "time"

// capacity is how much of a limit may be in use at once. A bucket may hold less than the limit of a minute, which nobody tells:
// it is proven by requests that were let through, beyond which a little more is tried until one is refused.
type capacity struct {
	size    float64
	proven  float64
	failed  float64   // was too much; 0 if nothing was
	refused time.Time // last, for that
}

const (
	// firstShare of a limit, a second's worth of a minute, is taken to be there.
	firstShare = 1. / 60
	// growth is how far beyond what is proven is tried while nothing was refused.
	growth = 1.25
	// near is a share of what is proven that is not worth a refusal.
	near = 0.05
	// trust is how long a limit is taken to be as small as a refusal has shown.
	trust = 10 * time.Minute
)

func newCapacity(limit int) capacity { return capacity{size: max(1, firstShare*float64(limit))} }

// prove takes in that so much was in use at once when a request of n was let through.
func (c *capacity) prove(now time.Time, used, n float64, limit int) {
	if c.proven = max(c.proven, used); now.Sub(c.refused) > trust {
		c.failed = 0
	}
	c.try(n, limit)
}

// refuse takes in that so much, with a request of n, was too much.
func (c *capacity) refuse(now time.Time, used, n float64, limit int) {
	if c.failed == 0 || used < c.failed {
		c.failed = used
	}
	c.refused = now
	c.try(n, limit)
}

// try goes half way between what was proven and what has failed, until they are close.
func (c *capacity) try(n float64, limit int) {
	switch {
	case c.failed == 0:
		c.size = max(c.size, c.proven*growth, c.proven+n)
	case c.failed-c.proven > max(1, near*c.proven):
		c.size = (c.proven + c.failed) / 2
	default:
		c.size = c.proven
	}
	c.size = min(max(1, c.size), float64(limit))
}

// room is how much of a limit has to be left for n. While nothing was refused, n more than is proven are tried whatever the margin:
// a small bucket would never be found out otherwise. To the limit itself the margin is kept.
func (c *capacity) room(n, margin, limit float64) float64 {
	untried := limit - c.size
	if c.failed == 0 {
		margin = max(min(margin, c.size-c.proven-n), margin-untried, 0)
	}
	return min(n+margin, c.size) + untried
}

// scale follows a limit that has changed.
func (c *capacity) scale(ratio float64) {
	c.size, c.proven, c.failed = c.size*ratio, c.proven*ratio, c.failed*ratio
}
