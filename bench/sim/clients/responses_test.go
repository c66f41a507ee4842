package clients

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/seed63918563/llmgate/bench/sim"
)

// inquire is a Responses request with a text for input.
func inquire(question string) responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: "demo", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(question)}}
}

// follow reads a stream: what its pieces of text add up to, and the response that it ends with.
func follow(t *testing.T, c openai.Client, p responses.ResponseNewParams) (text string, end responses.Response, err error) {
	t.Helper()
	s := c.Responses.NewStreaming(t.Context(), p)
	defer s.Close()
	for n := 0; s.Next(); n++ {
		e := s.Current()
		if e.SequenceNumber != int64(n) {
			t.Errorf("event %d: %s", n, e.RawJSON())
		}
		switch e := e.AsAny().(type) {
		case responses.ResponseTextDeltaEvent:
			text += e.Delta
		case responses.ResponseCompletedEvent:
			end = e.Response
		case responses.ResponseIncompleteEvent:
			end = e.Response
		case responses.ResponseFailedEvent:
			end = e.Response
		}
	}
	return text, end, s.Err()
}

// bothResponses is the same request whole and streamed.
func bothResponses(t *testing.T, c openai.Client, p responses.ResponseNewParams) []responses.Response {
	t.Helper()
	whole, err := c.Responses.New(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	text, streamed, err := follow(t, c, p)
	if err != nil || text != streamed.OutputText() {
		t.Fatalf("streamed %q, at last %q, error %v", text, streamed.OutputText(), err)
	}
	return []responses.Response{*whole, streamed}
}

func TestResponses(t *testing.T) {
	c, s := connect(t, sim.Config{})
	p := inquire("Why is the sky blue?")
	p.Instructions, p.Temperature, p.MaxOutputTokens, p.Store = openai.String("Be brief."), openai.Float(0), openai.Int(200), openai.Bool(false)
	for _, got := range bothResponses(t, c, p) {
		if !strings.HasPrefix(got.OutputText(), "Simulated answer to “Why is the sky blue?”") || got.Status != responses.ResponseStatusCompleted || got.Model != "demo" || got.ID == "" || got.Instructions.OfString != "Be brief." {
			t.Errorf("%s", got.RawJSON())
		}
		if u := got.Usage; u.InputTokens == 0 || u.OutputTokens < 20 || u.TotalTokens != u.InputTokens+u.OutputTokens {
			t.Errorf("usage %+v", u)
		}
	}
	if st := s.Stats(); st.Answered != 2 {
		t.Errorf("stats %+v", st)
	}
}

func TestResponsesEnds(t *testing.T) {
	c, _ := connect(t, sim.Config{Respond: says(sim.Answer{Text: strings.Repeat("abcd", 20)})})
	p := inquire("Hello")
	p.MaxOutputTokens = openai.Int(16)
	for _, got := range bothResponses(t, c, p) {
		if got.Status != responses.ResponseStatusIncomplete || got.IncompleteDetails.Reason != "max_output_tokens" || got.OutputText() != strings.Repeat("abcd", 16) {
			t.Errorf("%s", got.RawJSON())
		}
	}
	c, _ = connect(t, sim.Config{Respond: says(sim.Answer{Refusal: "No."})})
	for _, got := range bothResponses(t, c, inquire("Hello")) {
		if part := got.Output[0].Content[0]; part.Type != "refusal" || part.Refusal != "No." {
			t.Errorf("%s", got.RawJSON())
		}
	}
}

func TestResponsesStructured(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := inquire("The weather in Oslo?")
	p.Text.Format = responses.ResponseFormatTextConfigParamOfJSONSchema("weather", weatherSchema)
	for _, got := range bothResponses(t, c, p) {
		checkWeather(t, got.OutputText())
	}
}

// functions offers get_weather and set_alarm.
func functions() []responses.ToolUnionParam {
	hour := map[string]any{"type": "object", "properties": map[string]any{"hour": map[string]any{"type": "integer", "minimum": 0, "maximum": 23}}, "required": []string{"hour"}}
	return []responses.ToolUnionParam{
		{OfFunction: &responses.FunctionToolParam{Name: "get_weather", Description: openai.String("The weather in a city"), Parameters: weatherSchema, Strict: openai.Bool(true)}},
		{OfFunction: &responses.FunctionToolParam{Name: "set_alarm", Parameters: hour, Strict: openai.Bool(false)}},
	}
}

func TestResponsesTools(t *testing.T) {
	const both = "If the weather is good, set an alarm"
	mode := func(m responses.ToolChoiceOptions) responses.ResponseNewParamsToolChoiceUnion {
		return responses.ResponseNewParamsToolChoiceUnion{OfToolChoiceMode: openai.Opt(m)}
	}
	for name, tt := range map[string]struct {
		question string
		choice   responses.ResponseNewParamsToolChoiceUnion
		want     []string
	}{
		"unsaid":   {both, responses.ResponseNewParamsToolChoiceUnion{}, []string{"get_weather", "set_alarm"}},
		"none":     {both, mode(responses.ToolChoiceOptionsNone), nil},
		"required": {"Hello", mode(responses.ToolChoiceOptionsRequired), []string{"get_weather"}},
		"named":    {"Hello", responses.ResponseNewParamsToolChoiceUnion{OfFunctionTool: &responses.ToolChoiceFunctionParam{Name: "set_alarm"}}, []string{"set_alarm"}},
		"allowed": {both, responses.ResponseNewParamsToolChoiceUnion{OfAllowedTools: &responses.ToolChoiceAllowedParam{
			Mode: responses.ToolChoiceAllowedModeRequired, Tools: []map[string]any{{"type": "function", "name": "set_alarm"}},
		}}, []string{"set_alarm"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := connect(t, sim.Config{})
			p := inquire(tt.question)
			p.Tools, p.ToolChoice = functions(), tt.choice
			for _, got := range bothResponses(t, c, p) {
				var names []string
				for _, item := range got.Output {
					if item.Type != "function_call" {
						continue
					}
					if names = append(names, item.Name); item.Name == "get_weather" {
						checkWeather(t, item.Arguments.OfString)
					}
				}
				if !slices.Equal(names, tt.want) {
					t.Errorf("calls %v, want %v", names, tt.want)
				}
			}
		})
	}
}

// What the model thought and called goes back in the client's own form, with a result for each call, though nothing is stored.
func TestResponsesToolLoop(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := inquire("If the weather is good, set an alarm")
	p.Tools, p.Store = functions(), openai.Bool(false)
	p.Reasoning = shared.ReasoningParam{Effort: shared.ReasoningEffortLow, Summary: shared.ReasoningSummaryAuto}
	p.Include = []responses.ResponseIncludable{responses.ResponseIncludableReasoningEncryptedContent}
	for _, got := range bothResponses(t, c, p) {
		history := responses.ResponseInputParam{responses.ResponseInputItemParamOfMessage("If the weather is good, set an alarm", responses.EasyInputMessageRoleUser)}
		var results responses.ResponseInputParam
		for i, item := range got.Output {
			switch item := item.AsAny().(type) {
			case responses.ResponseReasoningItem:
				if i != 0 || item.EncryptedContent == "" || len(item.Summary) != 1 || item.Summary[0].Text == "" {
					t.Errorf("item %d: %s", i, item.RawJSON())
				}
				history = append(history, responses.ResponseInputItemUnionParam{OfReasoning: new(item.ToParam())})
			case responses.ResponseFunctionToolCall:
				history = append(history, responses.ResponseInputItemUnionParam{OfFunctionCall: new(item.ToParam())})
				result := responses.ResponseInputItemParamOfFunctionCallOutput("done")
				result.OfFunctionCallOutput.CallID = openai.String(item.CallID)
				results = append(results, result)
			}
		}
		next := p
		next.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: history}
		if _, err := c.Responses.New(t.Context(), next); !strings.Contains(typed(t, err).Message, "No tool output found for function call") {
			t.Errorf("without results: %v", err)
		}
		next.Input.OfInputItemList = append(history, results...)
		final, err := c.Responses.New(t.Context(), next)
		if err != nil || len(results) != 2 || final.OutputText() == "" || final.Usage.OutputTokensDetails.ReasoningTokens == 0 {
			t.Errorf("%d results, then %+v, error %v", len(results), final, err)
		}
	}
}

func TestResponsesErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg    sim.Config
		change func(*responses.ResponseNewParams)
		opts   []option.RequestOption
		status int
		code   string
	}{
		"key":      {opts: []option.RequestOption{option.WithAPIKey("sk-wrong-9876543210")}, status: 401, code: "invalid_api_key"},
		"model":    {cfg: sim.Config{Models: []string{"other"}}, status: 404, code: "model_not_found"},
		"value":    {change: func(p *responses.ResponseNewParams) { p.MaxOutputTokens = openai.Int(5) }, status: 400, code: "integer_below_min_value"},
		"previous": {change: func(p *responses.ResponseNewParams) { p.PreviousResponseID = openai.String("resp_1") }, status: 400, code: "previous_response_not_found"},
		"limit":    {cfg: sim.Config{Limits: sim.Limits{TPM: 1}}, change: func(p *responses.ResponseNewParams) { p.MaxOutputTokens = openai.Int(50) }, status: 429, code: "rate_limit_exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := connect(t, tt.cfg, tt.opts...)
			p := inquire("Hello")
			if tt.change != nil {
				tt.change(&p)
			}
			_, whole := c.Responses.New(t.Context(), p)
			_, _, streamed := follow(t, c, p)
			for _, err := range []error{whole, streamed} {
				if e := typed(t, err); e.StatusCode != tt.status || e.Code != tt.code {
					t.Errorf("%d %s", e.StatusCode, e.RawJSON())
				}
			}
		})
	}
}

// What goes wrong in a stream is told to the client: as an error, or as a response that failed.
func TestResponsesStreamFaults(t *testing.T) {
	for name, fault := range map[string]sim.Fault{"cut": {Kind: sim.FaultCut}, "malformed": {Kind: sim.FaultMalformed}, "error": {Kind: sim.FaultErrorEvent, Status: 429}, "failed": {Kind: sim.FaultErrorEvent, Status: 500}} {
		t.Run(name, func(t *testing.T) {
			fault.After = 7
			c, _ := connect(t, sim.Config{Script: []sim.Fault{fault}, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 10)})})
			text, end, err := follow(t, c, inquire("Hello"))
			var streamError *ssestream.StreamError
			switch is := errors.As(err, &streamError); {
			case text != "abcdabcdabcd":
				t.Errorf("before the fault: %q", text)
			case name == "failed" && (err != nil || end.Status != responses.ResponseStatusFailed || end.Error.Code != responses.ResponseErrorCodeServerError):
				t.Errorf("%s, error %v", end.RawJSON(), err)
			case name != "failed" && (err == nil || end.ID != "" || is != (name == "error")):
				t.Errorf("error %v of type %T", err, err)
			}
		})
	}
}

func TestResponsesRetrieve(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	_, err := c.Responses.Get(t.Context(), "resp_1", responses.ResponseGetParams{})
	if e := typed(t, err); e.StatusCode != http.StatusNotFound || !strings.Contains(e.Message, "Response with id 'resp_1' not found.") {
		t.Errorf("%d %s", e.StatusCode, e.RawJSON())
	}
}

func TestResponsesInputTokens(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	got, err := c.Responses.InputTokens.Count(t.Context(), responses.InputTokenCountParams{Model: openai.String("demo"), Input: responses.InputTokenCountParamsInputUnion{OfString: openai.String("How long is this?")}})
	if want := bothResponses(t, c, inquire("How long is this?"))[0].Usage.InputTokens; err != nil || got.InputTokens != want {
		t.Errorf("%+v, error %v; the answer says %d", got, err, want)
	}
}
