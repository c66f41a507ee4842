package openai_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// serveVariable makes the test binary act as the benchmark's server, so that the server's CPU and allocations are those
// of another process.
const serveVariable = "LLMGATE_BENCH_SERVE"

const streamChunks = 100

type benchAnswers struct {
	whole  []byte
	events []string
}

// serveBench answers every request with the same 1 KB answer, or with a stream of 100 chunks, until its input closes.
func serveBench() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	answers := map[string]benchAnswers{
		"/v1/chat/completions": {[]byte(benchAnswer()), benchEvents()},
		"/v1/responses":        {[]byte(benchResponse()), benchResponseEvents()},
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h := w.Header()
		h.Set("X-Request-Id", "req_0123456789")
		h.Set("X-Ratelimit-Limit-Requests", "5000")
		h.Set("X-Ratelimit-Remaining-Requests", "4999")
		h.Set("X-Ratelimit-Reset-Requests", "12ms")
		h.Set("X-Ratelimit-Limit-Tokens", "2000000")
		h.Set("X-Ratelimit-Remaining-Tokens", "1999000")
		h.Set("X-Ratelimit-Reset-Tokens", "30ms")
		a := answers[r.URL.Path]
		if !bytes.Contains(body, []byte(`"stream":true`)) {
			h.Set("Content-Type", "application/json")
			_, _ = w.Write(a.whole)
			return
		}
		h.Set("Content-Type", "text/event-stream")
		for _, e := range a.events {
			_, _ = io.WriteString(w, e)
			w.(http.Flusher).Flush()
		}
	})
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	panic(http.Serve(listener, handler))
}

func benchAnswer() string {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, twice.\n", 20)
	content, _ := json.Marshal(text)
	return `{"id":"chatcmpl-ABC123","object":"chat.completion","created":1777000000,"model":"gpt-5-mini-2025-08-07",` +
		`"choices":[{"index":0,"message":{"role":"assistant","content":` + string(content) + `,"refusal":null,"annotations":[]},` +
		`"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":220,"total_tokens":241,` +
		`"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,` +
		`"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":null}`
}

func benchEvents() []string {
	const head = `data: {"id":"chatcmpl-ABC123","object":"chat.completion.chunk","created":1777000000,"model":"gpt-5-mini-2025-08-07",` +
		`"service_tier":"default","system_fingerprint":null,`
	events := []string{head + `"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n"}
	for i := range streamChunks {
		events = append(events, fmt.Sprintf(head+`"choices":[{"index":0,"delta":{"content":" word%d"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x7Q"}`+"\n\n", i))
	}
	return append(events,
		head+`"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}`+"\n\n",
		head+`"choices":[],"usage":{"prompt_tokens":21,"completion_tokens":100,"total_tokens":121,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}}`+"\n\n",
		"data: [DONE]\n\n")
}

// benchServer starts the server process and returns its address.
func benchServer(b *testing.B) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(line) + "/v1"
}

const (
	benchKey    = "sk-benchmark"
	benchModel  = "gpt-5-mini"
	benchPrompt = "Why is the sky blue? Answer in about two hundred words, for a curious child of ten."
	benchSystem = "You are a helpful assistant."
)

func benchRequest() request.Request {
	return request.Request{
		Model: benchModel, MaxTokens: 300, Temperature: new(0.7),
		Messages: []request.Message{{Role: request.RoleSystem, Content: benchSystem}, {Role: request.RoleUser, Content: benchPrompt}},
	}
}

// The hand-written client: what an engineer writes without a library.
type (
	rawMessage struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	rawOptions struct {
		IncludeUsage bool `json:"include_usage"`
	}
	rawRequest struct {
		Model         string       `json:"model"`
		Messages      []rawMessage `json:"messages"`
		MaxTokens     int          `json:"max_completion_tokens"`
		Temperature   float64      `json:"temperature"`
		Stream        bool         `json:"stream,omitempty"`
		StreamOptions *rawOptions  `json:"stream_options,omitempty"`
	}
	rawChoice struct {
		Message      rawMessage `json:"message"`
		Delta        rawMessage `json:"delta"`
		FinishReason string     `json:"finish_reason"`
	}
	rawUsage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	}
	rawResponse struct {
		ID      string      `json:"id"`
		Model   string      `json:"model"`
		Choices []rawChoice `json:"choices"`
		Usage   *rawUsage   `json:"usage"`
	}
)

var errRaw = errors.New("unexpected answer")

type rawClient struct {
	http *http.Client
	url  string
	pool *sync.Pool // of *bytes.Buffer; nil for the plain variant
}

func (c *rawClient) buffer() *bytes.Buffer {
	if c.pool == nil {
		return new(bytes.Buffer)
	}
	b := c.pool.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func (c *rawClient) free(b *bytes.Buffer) {
	if c.pool != nil {
		c.pool.Put(b)
	}
}

func rawChat(stream bool) *rawRequest {
	r := &rawRequest{Model: benchModel, MaxTokens: 300, Temperature: 0.7, Stream: stream,
		Messages: []rawMessage{{"system", benchSystem}, {"user", benchPrompt}}}
	if stream {
		r.StreamOptions = &rawOptions{IncludeUsage: true}
	}
	return r
}

func (c *rawClient) post(ctx context.Context, body *bytes.Buffer, r any) (*http.Response, error) {
	if err := json.NewEncoder(body).Encode(r); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body.Bytes()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+benchKey)
	return c.http.Do(req)
}

func (c *rawClient) complete(ctx context.Context) (int, error) {
	body := c.buffer()
	defer c.free(body)
	var out rawResponse
	if err := c.ask(ctx, body, rawChat(false), &out); err != nil {
		return 0, err
	}
	return len(out.Choices[0].Message.Content), nil
}

// ask posts a request and decodes the whole answer.
func (c *rawClient) ask(ctx context.Context, body *bytes.Buffer, r, out any) error {
	resp, err := c.post(ctx, body, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer := c.buffer()
	defer c.free(answer)
	if _, err := answer.ReadFrom(resp.Body); err != nil {
		return err
	}
	return json.Unmarshal(answer.Bytes(), out)
}

func (c *rawClient) stream(ctx context.Context) (int, error) {
	body := c.buffer()
	defer c.free(body)
	resp, err := c.post(ctx, body, rawChat(true))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var text strings.Builder
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok || string(data) == "[DONE]" {
			continue
		}
		var chunk rawResponse
		if err := json.Unmarshal(data, &chunk); err != nil {
			return 0, err
		}
		if len(chunk.Choices) > 0 {
			text.WriteString(chunk.Choices[0].Delta.Content)
		}
	}
	return text.Len(), lines.Err()
}

// measure runs call from 64 goroutines and adds the process's CPU time to the report.
func measure(b *testing.B, call func(context.Context) (int, error)) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(32)
	want, err := call(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	before := cpuTime()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for pb.Next() {
			if n, err := call(ctx); err != nil || n != want {
				b.Error(errors.Join(err, errRaw))
				return
			}
		}
	})
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
}

func benchClients(b *testing.B, api openai.API, path string) (plain, pooled *rawClient, ours *openai.Client) {
	url := benchServer(b)
	client := func() *http.Client { return &http.Client{Transport: wire.NewTransport()} }
	plain = &rawClient{http: client(), url: url + path}
	pooled = &rawClient{http: client(), url: url + path, pool: &sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	ours, err := openai.New(openai.Config{API: api, APIKey: benchKey, BaseURL: url, Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	return plain, pooled, ours
}

func measureComplete(b *testing.B, ours *openai.Client) {
	measure(b, func(ctx context.Context) (int, error) {
		resp, err := ours.Complete(ctx, benchRequest())
		if err != nil {
			return 0, err
		}
		return len(resp.Content), nil
	})
}

func measureStream(b *testing.B, ours *openai.Client) {
	measure(b, func(ctx context.Context) (int, error) {
		n := 0
		for chunk, err := range ours.Stream(ctx, benchRequest()) {
			if err != nil {
				return 0, err
			}
			n += len(chunk.Content)
		}
		return n, nil
	})
}

func BenchmarkComplete(b *testing.B) {
	plain, pooled, ours := benchClients(b, openai.Chat, "/chat/completions")
	b.Run("raw", func(b *testing.B) { measure(b, plain.complete) })
	b.Run("raw-pooled", func(b *testing.B) { measure(b, pooled.complete) })
	b.Run("llmgate", func(b *testing.B) { measureComplete(b, ours) })
}

func BenchmarkStream100(b *testing.B) {
	plain, pooled, ours := benchClients(b, openai.Chat, "/chat/completions")
	b.Run("raw", func(b *testing.B) { measure(b, plain.stream) })
	b.Run("raw-pooled", func(b *testing.B) { measure(b, pooled.stream) })
	b.Run("llmgate", func(b *testing.B) { measureStream(b, ours) })
}
