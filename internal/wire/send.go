package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// UserAgent is the default of that header.
const UserAgent = "llmgate"

// Defaults of Config.
const (
	// DefaultFirstByteTimeout is long because an answer that is not streamed begins only when the model has finished.
	DefaultFirstByteTimeout = 10 * time.Minute
	// DefaultIdleTimeout allows for the silence of a model that thinks before it goes on.
	DefaultIdleTimeout = 5 * time.Minute
	DefaultMaxAnswer   = 64 << 20
	// maxErrorBody is how much of an error's body is read, errorBodyTimeout how long; the rest is dropped.
	maxErrorBody     = 64 << 10
	errorBodyTimeout = 5 * time.Second
	// maxTrusted is how much memory a Content-Length alone is worth.
	maxTrusted = 1 << 20
)

// Config says how a provider is called. Zero values mean the defaults above.
type Config struct {
	// Provider is the name that errors carry.
	Provider string
	// Transport sends the requests; nil is Shared. It must not change a request it is given, as the contract of
	// http.RoundTripper says: headers are shared between calls.
	Transport http.RoundTripper
	// FirstByteTimeout bounds the wait for response headers, IdleTimeout each wait for more of a body. Negative: no bound.
	FirstByteTimeout time.Duration
	IdleTimeout      time.Duration
	// MaxAnswer bounds the body of an answer, and what is put together from a stream, in bytes.
	MaxAnswer int64
	// Secrets never appear in an error.
	Secrets []string
}

// Client posts requests to one provider.
type Client struct {
	cfg          Config
	firstByteErr error
	idleErr      error
}

var (
	errFirstByte  = errors.New("no response headers in time")
	errIdle       = errors.New("the answer stalled")
	errNoResponse = errors.New("the transport returned neither a response nor an error")
)

// New fills in the defaults.
func New(cfg Config) *Client {
	if cfg.Transport == nil {
		cfg.Transport = Shared()
	}
	if cfg.FirstByteTimeout == 0 {
		cfg.FirstByteTimeout = DefaultFirstByteTimeout
	}
	if cfg.IdleTimeout == 0 {
		cfg.IdleTimeout = DefaultIdleTimeout
	}
	if cfg.MaxAnswer == 0 {
		cfg.MaxAnswer = DefaultMaxAnswer
	}
	return &Client{
		cfg:          cfg,
		firstByteErr: fmt.Errorf("%w: none within %v; raise the first-byte timeout if the model needs longer", errFirstByte, cfg.FirstByteTimeout),
		idleErr:      fmt.Errorf("%w: nothing for %v; raise the idle timeout if the model needs longer", errIdle, cfg.IdleTimeout),
	}
}

// MaxAnswer is the bound on an answer, in bytes. Who puts one together from a stream holds it to that.
func (c *Client) MaxAnswer() int64 { return c.cfg.MaxAnswer }

// Target is where requests go: an address and the headers of every call. Both are shared between calls and must not
// change once the first is sent.
type Target struct {
	URL    *url.URL
	Header http.Header
}

// Post sends the buffer, which it takes over, and blocks until response headers have come. Errors are *request.Error;
// a response with an error status is not an error here.
func (c *Client) Post(ctx context.Context, to *Target, buffer *Buffer) (*Reply, error) {
	if !c.packable(ctx, buffer) {
		content := newBody(buffer.fit())
		defer content.release()
		return c.send(ctx, http.MethodPost, to, content)
	}
	p := pack(buffer)
	reply, err := c.send(httptrace.WithClientTrace(ctx, &p.trace), http.MethodPost, to, p)
	if err == nil {
		p.free()
	}
	return reply, err
}

// Get asks for what is at the target, as Post does.
func (c *Client) Get(ctx context.Context, from *Target) (*Reply, error) {
	return c.send(ctx, http.MethodGet, from, nothing{})
}

// content is what a request has in its body.
type content interface {
	// body gives the one reader, others for when it has to be sent again, and the length.
	body() (io.ReadCloser, func() (io.ReadCloser, error), int64)
	// taken tells whether the transport may have taken any of it, without which nothing can have reached the provider.
	taken() bool
}

// nothing is the content of a question for what is there already, which is never billed.
type nothing struct{}

func (nothing) taken() bool { return false }
func (nothing) body() (io.ReadCloser, func() (io.ReadCloser, error), int64) {
	return http.NoBody, nil, 0
}

// request is apart from send, whose stack is held for as long as a model thinks: net/http copies what it makes.
func (t *Target) request(ctx context.Context, method string, content content) *http.Request {
	body, again, length := content.body()
	req := &http.Request{
		Method: method, URL: t.URL, Host: t.URL.Host, Header: t.Header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: body, GetBody: again, ContentLength: length,
	}
	return req.WithContext(ctx)
}

// send does what Post does with a request.
func (c *Client) send(ctx context.Context, method string, to *Target, content content) (*Reply, error) {
	if ctx.Err() != nil {
		return nil, c.sendError(ctx, ctx.Err(), false)
	}
	r := &Reply{client: c, parent: ctx}
	ctx, r.cancel = context.WithCancelCause(ctx)
	r.watch = startWatch(orForever(c.cfg.FirstByteTimeout), orForever(c.cfg.IdleTimeout), c.firstByteErr, r.cancel)
	resp, err := c.cfg.Transport.RoundTrip(to.request(ctx, method, content))
	if err == nil && resp == nil {
		err = errNoResponse
	}
	if err != nil {
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
		r.finish()
		return nil, c.sendError(r.parent, r.watch.because(err), content.taken())
	}
	r.Status, r.Header, r.body, r.length = resp.StatusCode, resp.Header, resp.Body, resp.ContentLength
	if r.body == nil {
		r.body = http.NoBody
	}
	r.watch.next(orForever(c.cfg.IdleTimeout), c.idleErr)
	return r, nil
}

// orForever turns "no bound" into a bound that is never met.
func orForever(d time.Duration) time.Duration {
	if d < 0 {
		return 1 << 62
	}
	return d
}

// Reply is a response whose body is still to be read. Close it, or read it with Body or ErrorBody, which close it.
type Reply struct {
	Status int
	Header http.Header

	client *Client
	parent context.Context
	cancel context.CancelCauseFunc
	watch  *watch
	body   io.ReadCloser
	length int64
	unread []byte // put back by Unread
}

// Read reads from the body, under the idle timeout.
func (r *Reply) Read(p []byte) (int, error) {
	if len(r.unread) > 0 {
		n := copy(p, r.unread)
		r.unread = r.unread[n:]
		return n, nil
	}
	r.watch.wait()
	n, err := r.body.Read(p)
	r.watch.rest()
	return n, err
}

// Unread puts bytes back that the next Read is to return.
func (r *Reply) Unread(b []byte) { r.unread = append([]byte(nil), b...) }

// Close ends the call. If the body was not read to its end, the connection is given up.
func (r *Reply) Close() {
	r.body.Close()
	r.finish()
}

func (r *Reply) finish() {
	r.watch.stop()
	r.cancel(nil)
}

// Body reads the whole body and closes the reply. The caller frees the buffer.
func (r *Reply) Body() (*Buffer, error) {
	defer r.Close()
	buffer := GetBuffer()
	err := r.readInto(buffer, r.client.cfg.MaxAnswer)
	switch {
	case err == nil:
		return buffer, nil
	case errors.Is(err, errTooLong):
		err = r.client.tooLarge()
	default:
		err = r.ReadError(err)
	}
	buffer.Free()
	return nil, err
}

// ErrorBody reads as much of the body as an error message may need, for at most 5 s, and closes the reply; what can't be
// read is left out. It fails only if the caller has ended the call. The caller frees the buffer.
func (r *Reply) ErrorBody() (*Buffer, error) {
	defer r.Close()
	r.watch.next(errorBodyTimeout, errIdle)
	buffer := GetBuffer()
	err := r.readInto(buffer, maxErrorBody)
	if err != nil && r.parent.Err() != nil {
		buffer.Free()
		return nil, r.ReadError(err)
	}
	return buffer, nil
}

var errTooLong = errors.New("body too long")

func (r *Reply) readInto(buffer *Buffer, limit int64) error {
	b := buffer.B
	if r.length > int64(cap(b)) && r.length <= limit {
		b = make([]byte, 0, min(r.length, maxTrusted)+1)
	}
	defer func() { buffer.B = b }()
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			b = b[:limit]
			return errTooLong
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// The end of an event stream should follow its last event at once; a server that lingers is not waited for.
const (
	drainTimeout = 100 * time.Millisecond
	maxDrain     = 16 << 10
)

// Drain reads what follows the last event of a stream, so that the connection can be used again, and closes the reply.
// It blocks for at most 100 ms.
func (r *Reply) Drain() {
	defer r.Close()
	r.watch.next(drainTimeout, errIdle)
	buffer := GetBuffer()
	defer buffer.Free()
	_ = r.readInto(buffer, maxDrain)
}
