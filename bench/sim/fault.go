package sim

import (
	"encoding/json"
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
	// Status, Header, Body and RetryAfter are the error response of FaultStatus; an empty Body is the vendor's usual one, and
	// Header is set last. FaultErrorEvent uses Status and Body for its event.
	Status     int
	Header     http.Header
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

// faultBefore plays the faults that come in place of an answer.
func (t *turn) faultBefore() bool {
	f := &t.fault
	if f.Kind != FaultNone {
		t.sim.faults.Add(1)
	}
	switch {
	case f.Kind == FaultReset:
		reset(t.w)
	case f.Kind == FaultStatus:
		h := t.w.Header()
		if f.RetryAfter > 0 {
			t.hint(h, f.RetryAfter)
		}
		body := t.faultBody()
		jsonHeaders(h, len(body))
		for name, values := range f.Header {
			h[http.CanonicalHeaderKey(name)] = values
		}
		t.entry.Status = f.Status
		t.w.WriteHeader(f.Status)
		_, _ = t.w.Write(body)
	case f.Kind == FaultErrorEvent && !t.req.stream:
		t.entry.Status = http.StatusOK
		writeBody(t.w, http.StatusOK, t.faultBody())
	default:
		return false
	}
	return true
}

// faultBody is the given one, or the vendor's usual one for the status.
func (t *turn) faultBody() []byte {
	if t.fault.Body != "" {
		return []byte(t.fault.Body)
	}
	body, _ := json.Marshal(t.usual(t.fault.Status, t.fault.RetryAfter).body)
	return body
}

// faultDuring plays the fault that strikes after a number of events. It reports whether the stream goes on.
func (t *turn) faultDuring(sent int) bool {
	if sent != t.fault.After {
		return true
	}
	switch t.fault.Kind {
	case FaultCut:
		panic(http.ErrAbortHandler)
	case FaultStall:
		return t.stall()
	case FaultMalformed:
		return t.write(t.encode(t.malformed()))
	case FaultErrorEvent:
		t.write(t.encode(t.failed(t.faultBody())))
		return false
	}
	return true
}

// stall is silent for the fault's delay, or until the client leaves. It reports whether the client is still there.
func (t *turn) stall() bool {
	if t.fault.Delay == 0 {
		<-t.r.Context().Done()
		return false
	}
	return sleep(t.r.Context(), t.fault.Delay) == nil
}

func (t *turn) drip(body []byte) bool {
	for i := range body {
		if !t.write(body[i:i+1]) || sleep(t.r.Context(), t.fault.Delay) != nil {
			return false
		}
	}
	return true
}
