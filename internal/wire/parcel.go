package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
)

// parcel is a short body for net/http's own transport. That sends headers and body in one write only if it knows the type of the
// reader, which then can't tell us how far it was read; so the transport's trace does.
//
// It is used again once an answer has come and the trace says that it was written, after which the transport does not touch it.
// In all other cases it is left to the collector.
type parcel struct {
	text   []byte
	reader bytes.Reader
	first  io.ReadCloser // the reader, for a request
	// trace is never written to: the transport looks into it for as long as it has the connection.
	trace httptrace.ClientTrace
	// use numbers the calls that have had the parcel.
	use atomic.Uint64

	asked    atomic.Bool // for a connection
	begun    atomic.Bool // to be written
	written  atomic.Bool // to its end, or as far as it went
	reopened atomic.Bool // to be sent again: there may be readers beside this one
}

var parcels = sync.Pool{New: func() any {
	p := &parcel{text: make([]byte, 0, short)}
	p.first = io.NopCloser(&p.reader)
	p.trace = httptrace.ClientTrace{
		GetConn:      func(string) { p.asked.Store(true) },
		WroteHeaders: func() { p.begun.Store(true) },
		WroteRequest: func(httptrace.WroteRequestInfo) { p.written.Store(true) },
	}
	return p
}}

// packable reports whether a body can go as a parcel. A caller who traces the call would have the trace written to.
func (c *Client) packable(ctx context.Context, buffer *Buffer) bool {
	_, known := c.cfg.Transport.(*http.Transport)
	return known && len(buffer.B) <= short && httptrace.ContextClientTrace(ctx) == nil
}

// pack takes over the buffer.
func pack(buffer *Buffer) *parcel {
	p := parcels.Get().(*parcel)
	p.text = append(p.text[:0], buffer.B...)
	buffer.Free()
	p.reader.Reset(p.text)
	return p
}

// taken: without a question for a connection it was another transport, behind net/http's, that had the body.
func (p *parcel) taken() bool { return p.begun.Load() || !p.asked.Load() }

// body gives other readers only to the call that has the parcel now.
func (p *parcel) body() (io.ReadCloser, func() (io.ReadCloser, error), int64) {
	use := p.use.Load()
	return p.first, func() (io.ReadCloser, error) {
		p.reopened.Store(true)
		if p.use.Load() != use {
			return nil, errBodyGone
		}
		return io.NopCloser(bytes.NewReader(p.text)), nil
	}, int64(len(p.text))
}

// free is called after an answer has come.
func (p *parcel) free() {
	if !p.written.Load() || p.reopened.Load() {
		return
	}
	p.use.Add(1)
	if p.reopened.Load() { // just now
		return
	}
	p.asked.Store(false)
	p.begun.Store(false)
	p.written.Store(false)
	parcels.Put(p)
}
