package clients

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/seed63918563/llmgate/bench/sim"
)

const key = "sk-test-0123456789"

// connect starts a simulator on a port and gives a client of it, which doesn't retry unless the options say so.
func connect(t *testing.T, cfg sim.Config, opts ...option.RequestOption) (openai.Client, *sim.Sim) {
	t.Helper()
	s := newSim(t, cfg)
	server, transport := serve(t, s)
	return client(server.URL, transport, opts...), s
}

// serve serves a simulator on a port until the test ends.
func serve(t *testing.T, s *sim.Sim) (*sim.Server, *http.Transport) {
	t.Helper()
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, transport
}

// inMemory is connect without a socket, under a clock that moves only while everybody waits.
func inMemory(t *testing.T, cfg sim.Config, test func(*testing.T, openai.Client, *sim.Sim), opts ...option.RequestOption) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSim(t, cfg)
		test(t, client("http://sim.invalid/v1", s.Transport(), opts...), s)
	})
}

func newSim(t *testing.T, cfg sim.Config) *sim.Sim {
	t.Helper()
	if cfg.APIKeys == nil {
		cfg.APIKeys = []string{key}
	}
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func client(url string, transport http.RoundTripper, opts ...option.RequestOption) openai.Client {
	return openai.NewClient(append([]option.RequestOption{
		option.WithBaseURL(url), option.WithAPIKey(key), option.WithMaxRetries(0), option.WithHTTPClient(&http.Client{Transport: transport}),
	}, opts...)...)
}

// ask is a request with one question.
func ask(question string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: "demo", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)}}
}

// asStream makes a request ask for usage at the end of the stream.
func asStream(p openai.ChatCompletionNewParams) openai.ChatCompletionNewParams {
	p.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	return p
}

// says gives the same answer to everything.
func says(a sim.Answer) func(*sim.Prompt) *sim.Answer {
	return func(*sim.Prompt) *sim.Answer { return &a }
}

// complete sends a request that must succeed.
func complete(t *testing.T, c openai.Client, p openai.ChatCompletionNewParams) *openai.ChatCompletion {
	t.Helper()
	got, err := c.Chat.Completions.New(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Choices) == 0 {
		t.Fatalf("no choices in %s", got.RawJSON())
	}
	return got
}

// stream sends a request and puts the answer together with the client's own means.
func stream(t *testing.T, c openai.Client, p openai.ChatCompletionNewParams) (acc openai.ChatCompletionAccumulator, err error) {
	t.Helper()
	s := c.Chat.Completions.NewStreaming(t.Context(), asStream(p))
	defer s.Close()
	for s.Next() {
		if !acc.AddChunk(s.Current()) {
			t.Fatalf("a chunk doesn't fit: %s", s.Current().RawJSON())
		}
	}
	return acc, s.Err()
}

// typed is the client's typed error.
func typed(t *testing.T, err error) *openai.Error {
	t.Helper()
	var e *openai.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v of type %T, want *openai.Error", err, err)
	}
	return e
}
