package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong with one request.
type Fault struct {
	Kind FaultKind
	// Probability of striking a request, from 0 to 1; not used in a script.
	Probability float64
	// Status, Body and RetryAfter are the error response of FaultStatus; an empty Body is the vendor's usual one.
	// FaultErrorEvent uses Status and Body for its event.
	Status     int
	Body       string
	RetryAfter time.Duration
	// After is how many chunks of a stream go out first.
	After int
	// Delay is how long FaultStall is silent (0: until the client leaves) and the pause between the bytes of FaultDrip.
	Delay time.Duration
}

// FaultKind says what goes wrong.
type FaultKind string

// The kinds. FaultNone fills a place in a script.
const (
	FaultNone FaultKind = ""
	// FaultStatus answers with an error status.
	FaultStatus FaultKind = "status"
	// FaultReset resets the connection before response headers.
	FaultReset FaultKind = "reset"
	// FaultCut closes the connection in the middle of the answer.
	FaultCut FaultKind = "cut"
	// FaultStall goes silent in the middle of the answer, and then goes on.
	FaultStall FaultKind = "stall"
	// FaultMalformed puts a chunk that is not JSON into the answer.
	FaultMalformed FaultKind = "malformed"
	// FaultErrorEvent ends a stream with an error event, or answers with an error in a 200.
	FaultErrorEvent FaultKind = "error-event"
	// FaultDrip sends the answer byte by byte.
	FaultDrip FaultKind = "drip"
)

func (f *Fault) check(where string) error {
	switch f.Kind {
	case FaultNone, FaultReset, FaultCut, FaultStall, FaultMalformed, FaultErrorEvent, FaultDrip:
	case FaultStatus:
		if f.Status < 300 || f.Status > 599 {
			return fmt.Errorf("%s: status %d is not an error; use 300 to 599", where, f.Status)
		}
	default:
		return fmt.Errorf("%s: kind %q is unknown; use status, reset, cut, stall, malformed, error-event or drip", where, f.Kind)
	}
	if !(f.Probability >= 0 && f.Probability <= 1) {
		return fmt.Errorf("%s: probability %v is not between 0 and 1", where, f.Probability)
	}
	if f.After < 0 || f.Delay < 0 || f.RetryAfter < 0 {
		return fmt.Errorf("%s: after, delay and retry-after must not be negative; 0 is none", where)
	}
	return nil
}

// ParseFault reads KIND:PROBABILITY, where KIND is a FaultKind or an error status.
func ParseFault(s string) (Fault, error) {
	kind, probability, ok := strings.Cut(s, ":")
	p, err := strconv.ParseFloat(probability, 64)
	if !ok || err != nil || kind == "" {
		return Fault{}, fmt.Errorf("fault %q: write KIND:PROBABILITY, such as cut:0.01 or 503:0.05", s)
	}
	f := Fault{Kind: FaultKind(kind), Probability: p, After: 1}
	if status, err := strconv.Atoi(kind); err == nil {
		f.Kind, f.Status = FaultStatus, status
	}
	if f.Kind == FaultDrip {
		f.Delay = time.Millisecond
	}
	return f, f.check(fmt.Sprintf("fault %q", s))
}

// faultFor picks what happens to a request, given its place in the order of arrival and a number between 0 and 1.
func (s *Sim) faultFor(arrival int64, dice float64) Fault {
	if arrival < int64(len(s.cfg.Script)) {
		return s.cfg.Script[arrival]
	}
	for _, f := range s.cfg.Faults {
		if dice -= f.Probability; dice < 0 {
			return f
		}
	}
	return Fault{}
}

// resetter is a response writer that can break its connection. The in-memory transport has one.
type resetter interface{ reset() }

// reset breaks the connection so that the client sees a reset and no response.
func reset(w http.ResponseWriter) {
	if r, ok := w.(resetter); ok {
		r.reset()
	} else if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
				_ = tcp.SetLinger(0)
			}
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// setRetryAfter writes a wait in the vendor's two headers.
func setRetryAfter(h http.Header, d time.Duration) {
	h.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	h.Set("Retry-After-Ms", strconv.FormatInt(wholeMilliseconds(d).Milliseconds(), 10))
}

// wholeMilliseconds rounds up, so that who waits as long as told is not early. A fraction would be lost by clients that
// multiply it back and cut it off.
func wholeMilliseconds(d time.Duration) time.Duration {
	return (d + time.Millisecond - 1).Truncate(time.Millisecond)
}
