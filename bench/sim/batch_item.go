package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// item makes an item of the request r for a batch, which is to be answered like one of its own at the given call: the last part
// of a path that names a model, where the dialect has one.
func (s *Sim) item(r *http.Request, id, call string, body []byte, fresh func() dialect) batchItem {
	header, address := r.Header.Clone(), r.URL // with the key
	return batchItem{id: id, size: len(body), reply: func() outcome {
		inner := &http.Request{Method: http.MethodPost, URL: address, Header: header, Body: io.NopCloser(bytes.NewReader(body))}
		inner.SetPathValue("call", call)
		return s.answerItem(inner, fresh())
	}}
}

// answerItem answers a request at once, without limits and pacing.
func (s *Sim) answerItem(r *http.Request, d dialect) outcome {
	defer s.enter()()
	w := &record{header: http.Header{}}
	t := s.accept(w, r, d)
	if t == nil {
		return w.outcome()
	}
	t.batched, t.req.stream = true, false
	o := outcome{kind: itemSucceeded, status: http.StatusOK}
	switch fate(&s.cfg.Batches, t.rng.Float64()) {
	case itemExpired:
		return outcome{kind: itemExpired}
	case itemMissing:
		return outcome{kind: itemMissing}
	case itemErrored:
		s.faults.Add(1)
		t.fail(t.usual(http.StatusInternalServerError, 0))
		return w.outcome()
	case malformed:
		s.faults.Add(1)
		o.malformed = true
	}
	if !t.knowsModel() || !t.fits() || !t.think() {
		return w.outcome()
	}
	t.bill()
	t.book(1)
	o.requestID = requestID(w.header)
	o.body, _ = json.Marshal(t.whole(t))
	return o
}

const malformed = "malformed"

// fate picks what happens to an item, given a number between 0 and 1.
func fate(cfg *Batches, dice float64) string {
	for _, one := range [...]struct {
		kind        string
		probability float64
	}{{itemExpired, cfg.Expired}, {itemErrored, cfg.Errored}, {itemMissing, cfg.Missing}, {malformed, cfg.Malformed}} {
		if dice -= one.probability; dice < 0 {
			return one.kind
		}
	}
	return ""
}

// record keeps what is written as a response.
type record struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *record) Header() http.Header         { return w.header }
func (w *record) WriteHeader(status int)      { w.status = status }
func (w *record) Write(p []byte) (int, error) { return w.body.Write(p) }

// outcome is that of a request that was refused.
func (w *record) outcome() outcome {
	return outcome{kind: itemErrored, status: w.status, requestID: requestID(w.header), body: w.body.Bytes()}
}

func requestID(h http.Header) string { return h.Get("X-Request-Id") }
