package lane

import "time"

// flow measures what is used over about flowSpan.
type flow struct {
	start         time.Time
	before, under float64
}

const flowSpan = 10 * time.Second

func (f *flow) add(now time.Time, n int) {
	f.roll(now)
	f.under += float64(n)
}

func (f *flow) roll(now time.Time) {
	switch age := now.Sub(f.start); {
	case age >= 2*flowSpan:
		f.start, f.before, f.under = now, 0, 0
	case age >= flowSpan:
		f.start, f.before, f.under = f.start.Add(flowSpan), f.under, 0
	}
}

// perSecond is what was used a second.
func (f *flow) perSecond(now time.Time) float64 {
	f.roll(now)
	left := 1 - float64(now.Sub(f.start))/float64(flowSpan)
	return (f.before*left + f.under) / flowSpan.Seconds()
}
