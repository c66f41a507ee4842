package langchain_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

// vendors are the ready clients, with a whole stream of each and the number of its last bytes without which it is not whole.
var vendors = []struct {
	name   string
	open   opener
	stream string
	tail   int
	inBand string
}{
	{"openai", langchain.OpenAI, openaiInterleaved, len(openaiInterleaved) - strings.Index(openaiInterleaved, `data: {"choices":[{"index":0,"delta":{},"fi`),
		"data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\"}}\n\n"},
	{"anthropic", langchain.Anthropic, anthropicStream, len(anthropicStream) - strings.Index(anthropicStream, `data: {"type":"message_delta"`),
		"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"},
	{"ollama", langchain.Ollama, ollamaLines, len(ollamaLines) - strings.Index(ollamaLines, `{"model":"m-1","message":{"role":"assistant","content":""},"done":true`),
		"{\"error\":\"Overloaded\"}\n"},
}

func transportFor(name string, body io.Reader) *canned.Transport {
	kind := "text/event-stream"
	if name == "ollama" {
		kind = "application/x-ndjson"
	}
	return &canned.Transport{Reader: body, Header: http.Header{"Content-Type": {kind}}}
}

func TestStreamCutAtEveryByte(t *testing.T) {
	for _, v := range vendors {
		for at := range len(v.stream) - v.tail {
			for _, body := range []io.Reader{strings.NewReader(v.stream[:at]), canned.Broken(v.stream[:at])} {
				_, err := request.Collect(open(t, v.open, transportFor(v.name, body)).Stream(t.Context(), ask()))
				if e := canned.AsError(t, err); e.Class != request.ClassTruncated || e.Partial == nil || !e.MaybeBilled {
					t.Fatalf("%s, cut at byte %d: %v", v.name, at, err)
				}
			}
		}
	}
}

func TestErrorInStream(t *testing.T) {
	for _, v := range vendors {
		begun := v.stream[:len(v.stream)-v.tail]
		_, err := request.Collect(open(t, v.open, transportFor(v.name, strings.NewReader(begun+v.inBand))).Stream(t.Context(), ask()))
		e := canned.AsError(t, err)
		if e.Partial == nil || e.Partial.Content == "" || !strings.Contains(e.Message, "Overloaded") || !e.MaybeBilled {
			t.Errorf("%s: %v, partial %+v", v.name, e, e.Partial)
		}
		if v.name != "ollama" && e.Class != request.ClassOverloaded { // Ollama says it in words only
			t.Errorf("%s: class %s", v.name, e.Class)
		}
	}
}

func TestUnreadableLine(t *testing.T) {
	for _, v := range vendors {
		line := "data: {\"choices\":[{]}\n\n"
		if v.name == "ollama" {
			line = "{\"model\":\n"
		}
		_, err := request.Collect(open(t, v.open, transportFor(v.name, strings.NewReader(v.stream[:len(v.stream)-v.tail]+line))).Stream(t.Context(), ask()))
		if e := canned.AsError(t, err); e.Class != request.ClassTruncated || e.Partial == nil {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

// endless is a body that gives a beginning and then nothing until it is closed or its request is cancelled.
type endless struct {
	io.Reader
	ctx    context.Context
	closed chan struct{}
}

func (e endless) Read(p []byte) (int, error) {
	if n, err := e.Reader.Read(p); err == nil {
		return n, nil
	}
	select {
	case <-e.ctx.Done():
		return 0, e.ctx.Err()
	case <-e.closed:
		return 0, io.ErrClosedPipe
	}
}

func (e endless) Close() error { close(e.closed); return nil }

// stalling answers with a body that begins and never ends.
type stalling struct{ header, begin string }

func (s stalling) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {s.header}}, ContentLength: -1,
		Body: endless{strings.NewReader(s.begin), r.Context(), make(chan struct{})}}, nil
}

func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, v := range vendors {
			transport := stalling{transportFor(v.name, nil).Header.Get("Content-Type"), v.stream[:len(v.stream)-v.tail]}
			client, err := v.open(langchain.Config{APIKey: "k-0123", Model: "m", Transport: transport, IdleTimeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			_, err = request.Collect(client.Stream(t.Context(), ask()))
			if e := canned.AsError(t, err); e.Class != request.ClassTimeout || e.Reason != request.ReasonStalled || e.Partial.Content == "" {
				t.Errorf("%s: %v", v.name, err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for _, err = range client.Stream(ctx, ask()) {
				cancel()
			}
			if e := canned.AsError(t, err); !errors.Is(err, context.Canceled) || e.Class != request.ClassCanceled {
				t.Errorf("%s: cancelled: %v", v.name, err)
			}
			for range client.Stream(t.Context(), ask()) {
				break // must end the call, or the bubble never ends
			}
		}
	})
}

func TestStatusErrors(t *testing.T) {
	for _, c := range []struct {
		status int
		header http.Header
		body   string
		class  request.Class
		wait   time.Duration
	}{
		{429, http.Header{"Retry-After": {"7"}}, `{"error":{"message":"slow","code":"rate_limit_exceeded"}}`, request.ClassRateLimit, 7 * time.Second},
		{429, http.Header{"Retry-After-Ms": {"250"}}, `{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}`, request.ClassRateLimit, 250 * time.Millisecond},
		{429, nil, `{"error":{"message":"no money","code":"insufficient_quota"}}`, request.ClassQuota, 0},
		{400, nil, `{"error":{"message":"too long","code":"context_length_exceeded"}}`, request.ClassContextLength, 0},
		{401, nil, `{"error":"bad key sk-test-0123456789"}`, request.ClassAuth, 0},
		{404, nil, `{"error":"model \"m\" not found"}`, request.ClassNotFound, 0},
		{529, nil, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, request.ClassOverloaded, 0},
		{500, nil, "<html>oops</html>", request.ClassTransient, 0},
	} {
		for _, v := range vendors {
			c.header = c.header.Clone()
			if c.header == nil {
				c.header = http.Header{}
			}
			c.header.Set("X-Request-Id", "r1")
			transport := &canned.Transport{Status: c.status, Header: c.header, Body: c.body}
			_, err := open(t, v.open, transport).Complete(t.Context(), ask())
			e := canned.AsError(t, err)
			if e.Class != c.class || e.RetryAfter != c.wait || e.Status != c.status || e.RequestID != "r1" || e.Provider != v.name || e.MaybeBilled {
				t.Errorf("%s, %d %s: %+v", v.name, c.status, c.body, e)
			}
			if strings.Contains(err.Error(), "0123456789") {
				t.Errorf("the key is in %v", err)
			}
		}
	}
}

func TestConfiguration(t *testing.T) {
	for _, c := range []struct {
		open opener
		cfg  langchain.Config
		says string
	}{
		{langchain.OpenAI, langchain.Config{}, "APIKey is empty"},
		{langchain.Anthropic, langchain.Config{}, "APIKey is empty"},
		{langchain.OpenAI, langchain.Config{APIKey: "a b", BaseURL: "host/v1"}, "must begin with http"},
		{langchain.OpenAI, langchain.Config{BaseURL: "https://host/v1/chat/completions"}, "must end before"},
	} {
		_, err := c.open(c.cfg)
		if e := canned.AsError(t, err); e.Class != request.ClassInvalid || !strings.Contains(e.Message, c.says) {
			t.Errorf("%+v: %v", c.cfg, err)
		}
	}
	t.Setenv("OPENAI_API_KEY", "from-the-environment")
	transport := canned.Answer(openaiPlain)
	client, err := langchain.OpenAI(langchain.Config{BaseURL: "http://host/v1/", Model: "m", Transport: transport, Header: http.Header{"x-team": {"a"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Complete(t.Context(), ask()); err != nil {
		t.Fatal(err)
	}
	if h := transport.Got.Header; h.Get("Authorization") != "" || h.Get("X-Team") != "a" || transport.Got.URL.String() != "http://host/v1/chat/completions" {
		t.Errorf("sent %v to %s", h, transport.Got.URL)
	}
}
