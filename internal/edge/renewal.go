package edge

import (
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// renew makes the wait for an allowance that is used up reach to its next beginning.
func (e *Failure) renew(to *request.Error, now time.Time) {
	if to.Class == request.ClassQuota {
		to.RetryAfter = max(to.RetryAfter, e.renewal(now))
	}
}

// renewal is how long it takes until an allowance that is used up begins anew, by the provider's calendar; 0 if unknown.
func (e *Failure) renewal(now time.Time) time.Duration {
	switch {
	case e.detail == "enforced_spend_limit_reached":
		return untilNextMonth(now)
	case e.byGoogle():
		return untilPacificMidnight(now)
	}
	return e.untilNamedDate(now)
}

// clock is the server's time, so that the clocks need not agree, or else the client's.
func clock(h http.Header) time.Time {
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		return sent
	}
	return time.Now()
}

// untilNextMonth is Anthropic's: its months are those of UTC.
func untilNextMonth(now time.Time) time.Duration {
	year, month, _ := now.UTC().Date()
	return time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC).Sub(now)
}

// byGoogle reports whether a daily quota is one of Gemini's, whose days end at midnight in California. The delay that it
// states beside such a quota is that of the minute.
func (e *Failure) byGoogle() bool { return len(e.quotas) > 0 || e.Code == "quota_exceeded" }

func untilPacificMidnight(now time.Time) time.Duration {
	year, month, day := now.In(pacific()).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, pacific()).Sub(now)
}

// pacific is the time of California, where the machine knows its rules, else without its summer time: late, never early.
var pacific = sync.OnceValue(func() *time.Location {
	if zone, err := time.LoadLocation("America/Los_Angeles"); err == nil {
		return zone
	}
	return time.FixedZone("PST", -8*60*60)
})

// regained is how Anthropic says in words when a limit that the customer set is lifted.
var regained = regexp.MustCompile(`regain access on (\d{4}-\d{2}-\d{2})(?: at (\d{2}:\d{2}) UTC)?`)

func (e *Failure) untilNamedDate(now time.Time) time.Duration {
	found := regained.FindStringSubmatch(e.Message)
	if found == nil {
		return 0
	}
	layout, text := time.DateOnly, found[1]
	if found[2] != "" {
		layout, text = time.DateOnly+" 15:04", found[1]+" "+found[2]
	}
	at, err := time.Parse(layout, text)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
