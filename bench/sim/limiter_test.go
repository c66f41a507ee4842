package sim

import (
	"testing"
	"time"
)

// Prompts and answers have limits of their own: an estimate corrected afterwards, and use without an estimate.
func TestLimiterApart(t *testing.T) {
	for _, shape := range []Shape{Minute, Second, Fixed, Sliding} {
		l := newLimiter(Limits{ITPM: 60000, OTPM: 6000, Shape: shape})
		left := func(at time.Time) [2]int {
			s := l.states(at)
			return [2]int{60000 - s.input.remaining, 6000 - s.output.remaining}
		}
		v := l.admit(epoch, spend{total: 9e6, input: 700})
		if used := left(epoch); !v.ok || used != [2]int{700, 0} {
			t.Errorf("%s: admitted %+v, used %v", shape, v, used)
		}
		l.settle(epoch, v.charged, spend{input: 700}, spend{input: 400, output: 50})
		if used := left(epoch); used != [2]int{400, 50} {
			t.Errorf("%s: settled at %v", shape, used)
		}
		l.settle(epoch, v.charged, spend{input: 700}, spend{input: 900, output: 20000}) // into debt
		if v := l.admit(epoch, spend{input: 1}); v.ok || v.dimension != "output tokens" || v.limit != 6000 || v.wait <= 0 {
			t.Errorf("%s: in debt, %+v", shape, v)
		} else if again := l.admit(epoch.Add(v.wait), spend{input: 1}); !again.ok {
			t.Errorf("%s: after %v, %+v", shape, v.wait, again)
		}
		if v := l.admit(epoch.Add(time.Hour), spend{input: 60001}); v.ok || !v.tooLarge || v.dimension != "input tokens" {
			t.Errorf("%s: too large, %+v", shape, v)
		}
	}
}

func TestLimiterApartChanges(t *testing.T) {
	l := newLimiter(Limits{ITPM: 100, Changes: []Change{{After: time.Minute, OTPM: 50}}})
	l.states(epoch)
	if s := l.states(epoch.Add(time.Minute)); s.input.limit != 0 || s.output.limit != 50 {
		t.Errorf("%+v", s)
	}
}

func TestLimitsApartNegative(t *testing.T) {
	_, err := New(Config{Limits: Limits{ITPM: -1, Changes: []Change{{OTPM: -2}}}})
	want := "simulator: rate limits: -1 ITPM and 0 OTPM must not be negative; 0 is no limit\nchange 1 of the rate limits: 0 ITPM and -2 OTPM must not be negative; 0 is no limit"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
