package clients

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/seed63918563/llmgate/bench/sim"
)

// claude is Anthropic's client, of a simulator on a port.
func claude(t *testing.T, cfg sim.Config, opts ...option.RequestOption) anthropic.Client {
	t.Helper()
	server, err := newSim(t, cfg).Listen("127.0.0.1:0")
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
	return claudeAt(server.Root, transport, opts...)
}

func claudeAt(root string, transport http.RoundTripper, opts ...option.RequestOption) anthropic.Client {
	return anthropic.NewClient(append([]option.RequestOption{
		option.WithBaseURL(root), option.WithAPIKey(key), option.WithMaxRetries(0), option.WithHTTPClient(&http.Client{Transport: transport}),
	}, opts...)...)
}

// tell is a request with one question.
func tell(question string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{Model: "demo", MaxTokens: 5000, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(question))}}
}

func answer(t *testing.T, c anthropic.Client, p anthropic.MessageNewParams) *anthropic.Message {
	t.Helper()
	got, err := c.Messages.New(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// listen puts a streamed answer together with the client's own means.
func listen(t *testing.T, c anthropic.Client, p anthropic.MessageNewParams) (*anthropic.Message, error) {
	t.Helper()
	s := c.Messages.NewStreaming(t.Context(), p)
	defer s.Close()
	var got anthropic.Message
	for s.Next() {
		if err := got.Accumulate(s.Current()); err != nil {
			t.Fatalf("%v: %s", err, s.Current().RawJSON())
		}
	}
	return &got, s.Err()
}

// bothAnswers is the same request whole and streamed.
func bothAnswers(t *testing.T, c anthropic.Client, p anthropic.MessageNewParams) []*anthropic.Message {
	t.Helper()
	streamed, err := listen(t, c, p)
	if err != nil {
		t.Fatal(err)
	}
	return []*anthropic.Message{answer(t, c, p), streamed}
}

// spoken is the text of an answer.
func spoken(m *anthropic.Message) (text string) {
	for _, b := range m.Content {
		text += b.Text
	}
	return text
}

func claudeError(t *testing.T, err error) *anthropic.Error {
	t.Helper()
	var e *anthropic.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v of type %T, want *anthropic.Error", err, err)
	}
	return e
}

func TestClaudeAnswers(t *testing.T) {
	c := claude(t, sim.Config{})
	p := tell("Why is the sky blue?")
	p.System, p.Temperature = []anthropic.TextBlockParam{{Text: "Be brief."}}, anthropic.Float(0)
	for _, got := range bothAnswers(t, c, p) {
		if !strings.HasPrefix(spoken(got), "Simulated answer to “Why is the sky blue?”") || got.StopReason != anthropic.StopReasonEndTurn || got.Role != "assistant" || got.Model != "demo" || got.ID == "" {
			t.Errorf("%s", got.RawJSON())
		}
		if got.Usage.InputTokens == 0 || got.Usage.OutputTokens < 20 {
			t.Errorf("usage %+v", got.Usage)
		}
	}
}

func TestClaudeStops(t *testing.T) {
	c := claude(t, sim.Config{Respond: says(sim.Answer{Text: "one two three four"})})
	stop, short := tell("Count"), tell("Count")
	stop.StopSequences, short.MaxTokens = []string{" three"}, 2
	for _, got := range bothAnswers(t, c, stop) {
		if spoken(got) != "one two" || got.StopReason != anthropic.StopReasonStopSequence || got.StopSequence != " three" {
			t.Errorf("%q %s %q", spoken(got), got.StopReason, got.StopSequence)
		}
	}
	for _, got := range bothAnswers(t, c, short) {
		if spoken(got) != "one two " || got.StopReason != anthropic.StopReasonMaxTokens || got.Usage.OutputTokens != 2 {
			t.Errorf("%q %s %+v", spoken(got), got.StopReason, got.Usage)
		}
	}
	for _, got := range bothAnswers(t, claude(t, sim.Config{Respond: says(sim.Answer{Refusal: "No."})}), tell("Hello")) {
		if spoken(got) != "No." || got.StopReason != anthropic.StopReasonRefusal {
			t.Errorf("%q %s", spoken(got), got.StopReason)
		}
	}
}

// claudeTools offers get_weather and set_alarm.
func claudeTools() []anthropic.ToolUnionParam {
	schema := anthropic.ToolInputSchemaParam{Properties: weatherSchema["properties"], Required: weatherSchema["required"].([]string), ExtraFields: map[string]any{"additionalProperties": false}}
	hour := map[string]any{"hour": map[string]any{"type": "integer", "minimum": 0, "maximum": 23}}
	return []anthropic.ToolUnionParam{
		{OfTool: &anthropic.ToolParam{Name: "get_weather", Description: anthropic.String("The weather in a city"), InputSchema: schema}},
		{OfTool: &anthropic.ToolParam{Name: "set_alarm", InputSchema: anthropic.ToolInputSchemaParam{Properties: hour, Required: []string{"hour"}}}},
	}
}

func TestClaudeTools(t *testing.T) {
	const both = "If the weather is good, set an alarm"
	for name, tt := range map[string]struct {
		question string
		choice   anthropic.ToolChoiceUnionParam
		want     []string
	}{
		"unsaid":   {both, anthropic.ToolChoiceUnionParam{}, []string{"get_weather", "set_alarm"}},
		"single":   {both, anthropic.ToolChoiceUnionParam{OfAuto: &anthropic.ToolChoiceAutoParam{DisableParallelToolUse: anthropic.Bool(true)}}, []string{"get_weather"}},
		"any":      {"Hello", anthropic.ToolChoiceUnionParam{OfAny: &anthropic.ToolChoiceAnyParam{}}, []string{"get_weather"}},
		"none":     {both, anthropic.ToolChoiceUnionParam{OfNone: &anthropic.ToolChoiceNoneParam{}}, nil},
		"the tool": {"Hello", anthropic.ToolChoiceParamOfTool("set_alarm"), []string{"set_alarm"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := tell(tt.question)
			p.Tools, p.ToolChoice = claudeTools(), tt.choice
			for _, got := range bothAnswers(t, claude(t, sim.Config{}), p) {
				var names []string
				for _, b := range got.Content {
					if b.Type == "tool_use" {
						names = append(names, b.Name)
					}
					if b.Name == "get_weather" {
						checkWeather(t, string(b.Input))
					}
				}
				if !slices.Equal(names, tt.want) || (got.StopReason == anthropic.StopReasonToolUse) != (tt.want != nil) {
					t.Errorf("calls %v, want %v; stop reason %s", names, tt.want, got.StopReason)
				}
			}
		})
	}
}

// The client's own form of the answer goes back into the conversation, thinking and all, with a result for each call.
func TestClaudeToolLoop(t *testing.T) {
	for name, think := range map[string]anthropic.ThinkingConfigParamUnion{
		"without": {}, "budget": anthropic.ThinkingConfigParamOfEnabled(2048), "adaptive": {OfAdaptive: &anthropic.ThinkingConfigAdaptiveParam{Display: "omitted"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := claude(t, sim.Config{})
			p := tell("If the weather is good, set an alarm")
			p.Tools, p.Thinking = claudeTools(), think
			for _, got := range bothAnswers(t, c, p) {
				next := p
				next.Messages = append(slices.Clone(p.Messages), got.ToParam())
				if _, err := c.Messages.New(t.Context(), next); !strings.Contains(claudeError(t, err).Error(), "without `tool_result` blocks") {
					t.Errorf("without results: %v", err)
				}
				var results []anthropic.ContentBlockParamUnion
				for _, b := range got.Content {
					if b.Type == "tool_use" {
						results = append(results, anthropic.NewToolResultBlock(b.ID, "done", false))
					}
				}
				next.Messages = append(next.Messages, anthropic.NewUserMessage(results...))
				final := answer(t, c, next)
				if len(results) != 2 || spoken(final) == "" || final.StopReason != anthropic.StopReasonEndTurn {
					t.Errorf("%d results, then %s", len(results), final.RawJSON())
				}
				if thinks := got.Content[0].Type == "thinking" && got.Content[0].Signature != ""; thinks != (name != "without") {
					t.Errorf("first block %s", got.Content[0].RawJSON())
				}
			}
		})
	}
}

func TestClaudeStructured(t *testing.T) {
	p := tell("The weather in Oslo?")
	p.OutputConfig = anthropic.OutputConfigParam{Format: anthropic.JSONOutputFormatParam{Schema: weatherSchema}}
	for _, got := range bothAnswers(t, claude(t, sim.Config{}), p) {
		checkWeather(t, spoken(got))
	}
}

func TestClaudeCountsTokens(t *testing.T) {
	c := claude(t, sim.Config{})
	p := tell("How long is this?")
	p.Tools = claudeTools()
	count := anthropic.MessageCountTokensParams{Model: p.Model, Messages: p.Messages}
	for _, tool := range p.Tools {
		count.Tools = append(count.Tools, anthropic.MessageCountTokensToolUnionParam{OfTool: tool.OfTool})
	}
	got, err := c.Messages.CountTokens(t.Context(), count)
	if want := answer(t, c, p).Usage.InputTokens; err != nil || got.InputTokens != want {
		t.Errorf("%+v, error %v; the answer says %d", got, err, want)
	}
}

func TestClaudeCache(t *testing.T) {
	c := claude(t, sim.Config{})
	p := tell("Hello")
	p.System = []anthropic.TextBlockParam{{Text: strings.Repeat("word ", 1500), CacheControl: anthropic.CacheControlEphemeralParam{TTL: "1h"}}}
	first := answer(t, c, p).Usage
	if first.CacheCreationInputTokens < 1500 || first.CacheCreation.Ephemeral1hInputTokens != first.CacheCreationInputTokens || first.CacheReadInputTokens != 0 {
		t.Errorf("first %+v", first)
	}
	for _, got := range bothAnswers(t, c, p) {
		if u := got.Usage; u.CacheReadInputTokens != first.CacheCreationInputTokens || u.CacheCreationInputTokens != 0 || u.InputTokens != first.InputTokens {
			t.Errorf("then %+v", u)
		}
	}
}

func TestClaudeModels(t *testing.T) {
	c := claude(t, sim.Config{Models: []string{"small", "large"}})
	var ids []string
	pages := c.Models.ListAutoPaging(t.Context(), anthropic.ModelListParams{})
	for pages.Next() {
		ids = append(ids, pages.Current().ID)
	}
	if pages.Err() != nil || !slices.Equal(ids, []string{"small", "large"}) {
		t.Errorf("models %v, error %v", ids, pages.Err())
	}
	if got, err := c.Models.Get(t.Context(), "large", anthropic.ModelGetParams{}); err != nil || got.ID != "large" || got.CreatedAt.IsZero() {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err := c.Models.Get(t.Context(), "huge", anthropic.ModelGetParams{}); claudeError(t, err).Type() != anthropic.ErrorTypeNotFoundError {
		t.Errorf("an unknown model: %v", err)
	}
}

func TestClaudeFailures(t *testing.T) {
	broken := func(status int) sim.Config {
		return sim.Config{Script: []sim.Fault{{Kind: sim.FaultStatus, Status: status}, {Kind: sim.FaultStatus, Status: status}}}
	}
	for name, tt := range map[string]struct {
		cfg    sim.Config
		opts   []option.RequestOption
		status int
		kind   anthropic.ErrorType
	}{
		"key":        {opts: []option.RequestOption{option.WithAPIKey("sk-wrong")}, status: 401, kind: anthropic.ErrorTypeAuthenticationError},
		"model":      {cfg: sim.Config{Models: []string{"other"}}, status: 404, kind: anthropic.ErrorTypeNotFoundError},
		"context":    {cfg: sim.Config{ContextTokens: 20}, status: 400, kind: anthropic.ErrorTypeInvalidRequestError},
		"field":      {opts: []option.RequestOption{option.WithJSONSet("n", 2)}, status: 400, kind: anthropic.ErrorTypeInvalidRequestError},
		"internal":   {cfg: broken(500), status: 500, kind: anthropic.ErrorTypeAPIError},
		"timeout":    {cfg: broken(504), status: 504, kind: anthropic.ErrorTypeTimeoutError},
		"overloaded": {cfg: broken(529), status: 529, kind: anthropic.ErrorTypeOverloadedError},
	} {
		t.Run(name, func(t *testing.T) {
			c := claude(t, tt.cfg, tt.opts...)
			_, whole := c.Messages.New(t.Context(), tell("Hello"))
			_, streamed := listen(t, c, tell("Hello"))
			for _, err := range []error{whole, streamed} {
				if e := claudeError(t, err); e.StatusCode != tt.status || e.Type() != tt.kind || !strings.HasPrefix(e.RequestID, "req_") {
					t.Errorf("%d %s %s", e.StatusCode, e.RequestID, e.RawJSON())
				}
			}
		})
	}
}

// Without retries, the client gives the whole of a 429 to its caller.
func TestClaudeLimit(t *testing.T) {
	c := claude(t, sim.Config{Limits: sim.Limits{RPM: 1, ITPM: 50_000, OTPM: 8000, Shape: sim.Fixed}})
	var first *http.Response
	if _, err := c.Messages.New(t.Context(), tell("Hello"), option.WithResponseInto(&first)); err != nil {
		t.Fatal(err)
	}
	if h := first.Header; h.Get("Anthropic-Ratelimit-Requests-Remaining") != "0" || h.Get("Anthropic-Ratelimit-Input-Tokens-Limit") != "50000" {
		t.Errorf("header %v", h)
	}
	_, whole := c.Messages.New(t.Context(), tell("Hello"))
	_, streamed := listen(t, c, tell("Hello"))
	for _, err := range []error{whole, streamed} {
		e := claudeError(t, err)
		if wait := e.Response.Header.Get("Retry-After"); e.StatusCode != http.StatusTooManyRequests || e.Type() != anthropic.ErrorTypeRateLimitError || wait == "" || wait == "0" {
			t.Errorf("%d, wait %q: %s", e.StatusCode, wait, e.RawJSON())
		}
	}
}

// With retries, the client waits as it is told, and succeeds at the first moment that it can.
func TestClaudeRetries(t *testing.T) {
	for shape, want := range map[sim.Shape]time.Duration{sim.Minute: 6 * time.Second, sim.Fixed: time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := newSim(t, sim.Config{Limits: sim.Limits{RPM: 10, Shape: shape}})
			c := claudeAt("http://sim.invalid", s.Transport(), option.WithMaxRetries(1))
			start := time.Now()
			for s.Stats().RateLimited == 0 {
				answer(t, c, tell("Hello"))
			}
			if took := time.Since(start); took != want {
				t.Errorf("%s: %d requests took %v, want %v", shape, s.Stats().Answered, took, want)
			}
		})
	}
}

// What goes wrong in a stream is an error to the client, whose part of the answer stays.
func TestClaudeStreamFaults(t *testing.T) {
	for kind, is := range map[sim.FaultKind]func(error) bool{
		sim.FaultCut: func(err error) bool { return err != nil },
		sim.FaultErrorEvent: func(err error) bool {
			e, ok := errors.AsType[*anthropic.Error](err)
			return ok && e.Type() == anthropic.ErrorTypeOverloadedError
		},
		sim.FaultMalformed: func(err error) bool { return err != nil },
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := claude(t, sim.Config{Script: []sim.Fault{{Kind: kind, After: 6, Status: 529}}, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 10)})})
			got, err := listen(t, c, tell("Hello"))
			if !is(err) || spoken(got) != "abcdabcdabcd" || got.StopReason != "" {
				t.Errorf("error %v of type %T, text %q, stop reason %q", err, err, spoken(got), got.StopReason)
			}
			if _, err := listen(t, c, tell("Hello")); err != nil {
				t.Errorf("the stream after: %v", err)
			}
		})
	}
}
