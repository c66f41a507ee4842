package wire

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// body lends a pooled buffer to the transport, which may go on reading after RoundTrip has returned. The buffer goes back
// to the pool when the sender and every reader are done with it. Readers are never reused: a transport may close one late
// and more than once.
type body struct {
	buffer *Buffer
	users  atomic.Int32
	read   atomic.Bool // some of it
	first  bodyReader
}

// newBody takes over the buffer on behalf of the sender, who calls release once, and of the first reader.
func newBody(buffer *Buffer) *body {
	b := &body{buffer: buffer}
	b.users.Store(2)
	b.first.body = b
	return b
}

func (b *body) taken() bool { return b.read.Load() }

func (b *body) body() (io.ReadCloser, func() (io.ReadCloser, error), int64) {
	return &b.first, b.open, int64(len(b.buffer.B))
}

func (b *body) release() {
	if b.users.Add(-1) == 0 {
		b.buffer.Free()
	}
}

var errBodyGone = errors.New("the request is over; its body can't be read again")

// open returns another reader from the start, for a replay on another connection. It fails once all are done with the
// body, when its buffer may be another call's.
func (b *body) open() (io.ReadCloser, error) {
	for n := b.users.Load(); n > 0; n = b.users.Load() {
		if b.users.CompareAndSwap(n, n+1) {
			return &bodyReader{body: b}, nil
		}
	}
	return nil, errBodyGone
}

type bodyReader struct {
	mu   sync.Mutex
	body *body // nil once closed
	at   int
}

func (r *bodyReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.body == nil {
		return 0, io.ErrClosedPipe
	}
	r.body.read.Store(true)
	n := copy(p, r.body.buffer.B[r.at:])
	r.at += n
	if r.at == len(r.body.buffer.B) {
		return n, io.EOF
	}
	return n, nil
}

func (r *bodyReader) Close() error {
	r.mu.Lock()
	b := r.body
	r.body = nil
	r.mu.Unlock()
	if b != nil {
		b.release()
	}
	return nil
}
