package clients

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg     sim.Config
		opts    []option.RequestOption
		change  func(*openai.ChatCompletionNewParams)
		status  int
		code    string
		param   string
		message string
	}{
		"key":     {opts: []option.RequestOption{option.WithAPIKey("sk-wrong-9876543210")}, status: 401, code: "invalid_api_key", message: "Incorrect API key provided: sk-w***********3210"},
		"model":   {cfg: sim.Config{Models: []string{"other"}}, status: 404, code: "model_not_found", message: "`demo` does not exist"},
		"context": {cfg: sim.Config{ContextTokens: 20}, change: func(p *openai.ChatCompletionNewParams) { p.MaxTokens = openai.Int(100) }, status: 400, code: "context_length_exceeded", param: "messages", message: "maximum context length is 20 tokens"},
		"value":   {change: func(p *openai.ChatCompletionNewParams) { p.Temperature = openai.Float(3) }, status: 400, code: "decimal_out_of_range", param: "temperature", message: "between 0 and 2"},
		"field":   {opts: []option.RequestOption{option.WithJSONSet("top_k", 5)}, status: 400, code: "unknown_parameter", param: "top_k", message: "Unknown parameter: 'top_k'"},
		"fault":   {cfg: sim.Config{Script: make500(2)}, status: 500, message: "The server had an error"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := connect(t, tt.cfg, tt.opts...)
			p := ask("Hello")
			if tt.change != nil {
				tt.change(&p)
			}
			_, whole := c.Chat.Completions.New(t.Context(), p)
			_, streamed := stream(t, c, p)
			for _, err := range []error{whole, streamed} {
				e := typed(t, err)
				if e.StatusCode != tt.status || e.Code != tt.code || e.Param != tt.param || !strings.Contains(e.Message, tt.message) || e.Type == "" {
					t.Errorf("%d %s", e.StatusCode, e.RawJSON())
				}
			}
		})
	}
}

// make500 is a script of n server errors that tell a client to come back at once.
func make500(n int) (script []sim.Fault) {
	for range n {
		script = append(script, sim.Fault{Kind: sim.FaultStatus, Status: 500, RetryAfter: time.Microsecond})
	}
	return script
}

// The client's own retries see it through what passes.
func TestRetries(t *testing.T) {
	for name, script := range map[string][]sim.Fault{
		"500":   make500(2),
		"429":   {{Kind: sim.FaultStatus, Status: 429, RetryAfter: time.Millisecond}},
		"reset": {{Kind: sim.FaultReset}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, streamed := range []bool{false, true} {
				inMemory(t, sim.Config{Script: script, Respond: says(sim.Answer{Text: "At last"})}, func(t *testing.T, c openai.Client, s *sim.Sim) {
					text := ""
					if streamed {
						acc, err := stream(t, c, ask("Hello"))
						if err != nil {
							t.Fatal(err)
						}
						text = acc.Choices[0].Message.Content
					} else {
						text = complete(t, c, ask("Hello")).Choices[0].Message.Content
					}
					if st := s.Stats(); text != "At last" || st.Faults != int64(len(script)) || st.Answered != 1 {
						t.Errorf("text %q, stats %+v", text, st)
					}
				}, option.WithMaxRetries(2))
			}
		})
	}
}

func TestRetriesOnPort(t *testing.T) {
	c, s := connect(t, sim.Config{Script: make500(2)}, option.WithMaxRetries(2))
	if got := complete(t, c, ask("Hello")); got.Choices[0].FinishReason != "stop" || s.Stats().Faults != 2 {
		t.Errorf("%s, stats %+v", got.RawJSON(), s.Stats())
	}
}

func TestCancel(t *testing.T) {
	c, _ := connect(t, sim.Config{TTFT: sim.Constant(3600)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Chat.Completions.New(ctx, ask("Hello")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestCancelWaiting(t *testing.T) {
	inMemory(t, sim.Config{TTFT: sim.Constant(3600)}, func(t *testing.T, c openai.Client, s *sim.Sim) {
		for _, streamed := range []bool{false, true} {
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			var err error
			if streamed {
				str := c.Chat.Completions.NewStreaming(ctx, ask("Hello"))
				str.Next()
				err = str.Err()
			} else {
				_, err = c.Chat.Completions.New(ctx, ask("Hello"))
			}
			cancel()
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != time.Minute || s.Stats().InFlight != 0 {
				t.Errorf("after %v: error %v, %d in flight", took, err, s.Stats().InFlight)
			}
		}
	})
}
