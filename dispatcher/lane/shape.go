package lane

import (
	"math"
	"time"
)

// shape is how an allowance comes back.
type shape int

const (
	// refill: all the time, into a bucket whose size is not told.
	refill shape = iota
	// fixed: all at once, at the end of a window.
	fixed
	// sliding: each use a window after it.
	sliding
	shapes
)

var shapeNames = [shapes]string{"bucket", "fixed window", "sliding window"}

// shaping finds out the shape by what providers say of the time until everything is back: in a bucket it goes with what is
// used, in a fixed window it ends at the same moment, and in a sliding one it is always a whole window.
type shaping struct {
	used    shape
	window  time.Duration
	misses  [shapes]float64 // how far predictions were off lately, in seconds
	samples int
	anchor  observation // what predictions are made from
}

// observation is what one answer said: how much of the limit was in use when it was sent, and the time until it is back.
type observation struct {
	at    time.Time
	share float64
	reset time.Duration
}

const (
	// anchored is how long predictions are made from one observation. Some providers round to seconds.
	anchored = 10 * time.Second
	// clearMiss is a miss that can't be due to rounding and the way of a request through the network.
	clearMiss = 1.5
)

// learn takes in an observation and reports whether the shape has turned out to be another.
func (s *shaping) learn(o observation) bool {
	if o.reset <= 0 || o.share <= 0 {
		return false
	}
	s.learnWindow(o)
	var predicted [shapes]time.Duration
	predicted[refill] = time.Duration(o.share * float64(s.window))
	predicted[sliding] = s.window
	predicted[fixed] = s.window
	if s.samples > 0 {
		predicted[fixed] = s.anchor.reset - o.at.Sub(s.anchor.at)
		if predicted[fixed] <= 0 {
			predicted[fixed] += s.window
		}
	}
	s.samples++
	for i, p := range predicted {
		s.misses[i] += (math.Abs((o.reset - p).Seconds()) - s.misses[i]) / min(float64(s.samples), 8)
	}
	if s.samples == 1 || o.at.Sub(s.anchor.at) > anchored {
		s.anchor = o
	}
	return s.choose()
}

func (s *shaping) choose() bool {
	best := s.used
	for i, m := range s.misses {
		if m < s.misses[best] {
			best = shape(i)
		}
	}
	tolerance := min(clearMiss, s.window.Seconds()/40)
	if best == s.used || s.misses[s.used] < 2*s.misses[best]+tolerance {
		return false
	}
	s.used = best
	return true
}

// miss is how far a bucket's reset would be from an observed one, in seconds.
func (s *shaping) miss(o observation) float64 {
	return math.Abs(o.reset.Seconds() - o.share*s.window.Seconds())
}

// learnWindow notes that a bucket's limit is for another time than was assumed: a limit of requests may be for a day.
func (s *shaping) learnWindow(o observation) {
	if s.samples == 0 || s.anchor.share <= 0 || math.Abs(o.share/s.anchor.share-1) < 0.2 {
		return
	}
	before, now := s.anchor.reset.Seconds()/s.anchor.share, o.reset.Seconds()/o.share
	clear := min(s.miss(s.anchor), s.miss(o)) > clearMiss
	if clear && math.Abs(now/before-1) < 0.02 && math.Abs(now/s.window.Seconds()-1) > 0.1 && o.reset > 10*time.Second {
		s.window = time.Duration(now * float64(time.Second))
		s.misses, s.used = [shapes]float64{}, refill
	}
}
