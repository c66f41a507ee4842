package sim

import (
	"encoding/json"
	"net/http"
	"time"
)

// sendWhole sends the answer at once, when the model has written it.
func (t *turn) sendWhole() {
	wait := t.firstToken()
	t.first = time.Now().Add(wait)
	if sleep(t.r.Context(), wait+writing(t.reply.tokens(), t.speed())) != nil {
		return
	}
	body, _ := json.Marshal(t.whole(t))
	if t.fault.Kind == FaultMalformed {
		body = body[:len(body)/2]
	}
	t.open(t.w.Header(), false)
	jsonHeaders(t.w.Header(), len(body))
	t.ok()
	t.send(body)
}

// send writes a body, with the faults that strike while it is on its way.
func (t *turn) send(body []byte) {
	half, end := len(body)/2, len(body)-1
	switch t.fault.Kind {
	case FaultCut:
		t.write(body[:half])
		panic(http.ErrAbortHandler)
	case FaultStall:
		if !t.write(body[:half]) || !t.stall() {
			return
		}
		body = body[half:]
	case FaultDrip:
		if !t.drip(body[:end]) {
			return
		}
		body = body[end:]
	}
	t.end(body)
}

// sendStream sends the answer piece by piece, at the model's speed.
func (t *turn) sendStream() {
	t.open(t.w.Header(), true)
	events, closing := t.stream(t)
	if sleep(t.r.Context(), t.firstToken()) != nil {
		return
	}
	t.ok()
	t.flush() // the client has the headers, even if a fault strikes at once
	t.first = time.Now()
	speed, written := t.speed(), 0
	for i, e := range events {
		due := t.first.Add(writing(e.written, speed))
		if sleep(t.r.Context(), time.Until(due)) != nil || !t.faultDuring(i) || !t.event(e) {
			return
		}
		if e.written > written {
			written = e.written
			t.entry.Pieces = append(t.entry.Pieces, time.Now())
		}
	}
	t.close(len(events), closing)
}

// close sends the closing events. A fault placed beyond the last of the others strikes here.
func (t *turn) close(sent int, closing []event) {
	if t.fault.After >= sent {
		t.fault.After = sent
		if !t.faultDuring(sent) {
			return
		}
	}
	last := len(closing) - 1
	for _, e := range closing[:last] {
		if !t.event(e) {
			return
		}
	}
	t.end(t.encode(closing[last]))
}

// encode writes an event as it goes over the wire.
func (t *turn) encode(e event) []byte {
	switch data := e.data.(type) {
	case raw:
		return t.frame(e.name, []byte(data))
	case late:
		e.data = data()
	}
	data, _ := json.Marshal(e.data)
	return t.frame(e.name, data)
}

func (t *turn) event(e event) bool {
	if t.fault.Kind == FaultDrip {
		return t.drip(t.encode(e))
	}
	return t.write(t.encode(e))
}

// end writes the last of an answer. It enters the books before, so that a client that has the answer finds it there.
func (t *turn) end(b []byte) {
	t.book(1)
	t.answered(true)
	if !t.write(b) {
		t.book(-1)
		t.answered(false)
	}
}

// book enters an answer into the books, or takes it out.
func (t *turn) book(n int64) {
	t.sim.answered.Add(n)
	t.sim.inputTokens.Add(n * int64(t.prompt))
	t.sim.outputTokens.Add(n * int64(t.written()))
}

func (t *turn) write(b []byte) bool {
	_, err := t.w.Write(b)
	t.flush()
	return err == nil
}

func (t *turn) flush() {
	if f, ok := t.w.(http.Flusher); ok {
		f.Flush()
	}
}

func (t *turn) firstToken() time.Duration {
	return time.Duration(t.sim.cfg.TTFT.Sample(t.rng) * float64(time.Second))
}

func (t *turn) speed() float64 { return t.sim.cfg.TokensPerSecond.Sample(t.rng) }

// writing is how long the model takes from the first token to the last of n, at a speed in tokens per second.
func writing(n int, speed float64) time.Duration {
	if speed <= 0 || n <= 1 {
		return 0
	}
	return time.Duration(min(float64(n-1)/speed, mostSample) * float64(time.Second))
}
