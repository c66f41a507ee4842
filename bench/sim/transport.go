package sim

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
)

// Transport returns an http.RoundTripper that hands requests to the simulator in memory: no socket, no port, no limit on
// open files, and time stands still in a synctest bubble while everybody waits. One goroutine serves each request; it has
// ended when the response body is closed.
func (s *Sim) Transport() http.RoundTripper { return &memory{handler: s} }

type memory struct{ handler http.Handler }

// RoundTrip serves the request in a goroutine and returns when it has written its headers.
func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	pr, pw := io.Pipe()
	x := &exchange{header: make(http.Header), body: pw, ready: make(chan struct{}), done: make(chan struct{}), cancel: cancel}
	inner := req.Clone(ctx)
	inner.RequestURI = req.URL.RequestURI()
	inner.RemoteAddr = "memory"
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	go x.serve(m.handler, inner)
	select {
	case <-x.ready:
	case <-ctx.Done():
		inner.Body.Close() // the handler may still be waiting for it
		x.end(pr)
		return nil, context.Cause(ctx)
	}
	if x.failure != nil {
		x.end(pr)
		return nil, x.failure
	}
	// Closed from the writer's side, because that is where a reader's error comes from.
	stop := context.AfterFunc(ctx, func() { pw.CloseWithError(context.Cause(ctx)) })
	return &http.Response{
		Status: strconv.Itoa(x.status) + " " + http.StatusText(x.status), StatusCode: x.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: x.sent, ContentLength: contentLength(x.sent), Request: req,
		Body: &memoryBody{PipeReader: pr, exchange: x, stop: stop},
	}, nil
}

func contentLength(h http.Header) int64 {
	n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// exchange is the server's side of one request: an http.ResponseWriter onto a pipe.
type exchange struct {
	header http.Header
	body   *io.PipeWriter
	cancel context.CancelFunc
	ready  chan struct{} // closed when headers are written or the exchange has failed
	done   chan struct{} // closed when the handler has returned

	once    sync.Once
	sent    http.Header // header as it was when the status was written
	status  int
	failure error
}

func (x *exchange) serve(h http.Handler, req *http.Request) {
	defer close(x.done)
	defer x.finish()
	defer req.Body.Close()
	h.ServeHTTP(x, req)
	if cause := context.Cause(req.Context()); cause != nil { // an answer broken off must not look like an empty one
		x.fail(cause)
		x.body.CloseWithError(cause)
		return
	}
	x.WriteHeader(http.StatusOK)
}

// finish ends the body: as a server does after a good return, or as a broken connection after http.ErrAbortHandler.
func (x *exchange) finish() {
	if p := recover(); p != nil && p != http.ErrAbortHandler {
		panic(p)
	} else if p != nil {
		x.fail(io.EOF)
		x.body.CloseWithError(io.ErrUnexpectedEOF)
		return
	}
	x.body.Close()
}

func (x *exchange) fail(err error) {
	x.once.Do(func() {
		x.failure = err
		close(x.ready)
	})
}

func (x *exchange) reset() {
	x.fail(&net.OpError{Op: "read", Net: "memory", Err: syscall.ECONNRESET})
}

func (x *exchange) Header() http.Header { return x.header }

func (x *exchange) WriteHeader(status int) {
	x.once.Do(func() {
		x.status, x.sent = status, maps.Clone(x.header)
		close(x.ready)
	})
}

func (x *exchange) Write(p []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	return x.body.Write(p)
}

// Flush has nothing to do: a pipe holds nothing back.
func (x *exchange) Flush() { x.WriteHeader(http.StatusOK) }

// end tells the handler that the client has left, and waits for it.
func (x *exchange) end(pr *io.PipeReader) {
	x.cancel()
	pr.CloseWithError(net.ErrClosed)
	<-x.done
}

type memoryBody struct {
	*io.PipeReader
	exchange *exchange
	stop     func() bool
	once     sync.Once
}

// Close ends the exchange and waits for its goroutine.
func (b *memoryBody) Close() error {
	b.once.Do(func() {
		b.stop()
		b.exchange.end(b.PipeReader)
	})
	return nil
}
