package clients

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"

	"github.com/seed63918563/llmgate/bench/sim"
)

// withTools offers get_weather and set_alarm.
func withTools(question string) openai.ChatCompletionNewParams {
	p := ask(question)
	p.Tools = []openai.ChatCompletionToolUnionParam{
		openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: "get_weather", Description: openai.String("The weather in a city"), Parameters: weatherSchema, Strict: openai.Bool(true)}),
		openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: "set_alarm", Parameters: openai.FunctionParameters{
			"type": "object", "properties": map[string]any{"hour": map[string]any{"type": "integer", "minimum": 0, "maximum": 23}}, "required": []string{"hour"},
		}}),
	}
	return p
}

// checkCalls checks names and arguments.
func checkCalls(t *testing.T, calls []openai.ChatCompletionMessageToolCallUnion, want ...string) {
	t.Helper()
	var names []string
	for _, call := range calls {
		names = append(names, call.Function.Name)
		if call.ID == "" || call.Type != "function" {
			t.Errorf("call %+v", call)
		}
		if call.Function.Name == "get_weather" {
			checkWeather(t, call.Function.Arguments)
			continue
		}
		var alarm struct{ Hour *int }
		if err := json.Unmarshal([]byte(call.Function.Arguments), &alarm); err != nil || alarm.Hour == nil || *alarm.Hour < 0 || *alarm.Hour > 23 {
			t.Errorf("error %v, arguments %s", err, call.Function.Arguments)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("calls %v, want %v", names, want)
	}
}

func TestTools(t *testing.T) {
	const both = "If the weather is good, set an alarm"
	named := openai.ToolChoiceOptionFunctionToolChoice(openai.ChatCompletionNamedToolChoiceFunctionParam{Name: "set_alarm"})
	mode := func(s string) openai.ChatCompletionToolChoiceOptionUnionParam {
		return openai.ChatCompletionToolChoiceOptionUnionParam{OfAuto: openai.String(s)}
	}
	for name, tt := range map[string]struct {
		question string
		change   func(*openai.ChatCompletionNewParams)
		want     []string
		finish   string
	}{
		"one":      {"What's the weather in Oslo?", func(*openai.ChatCompletionNewParams) {}, []string{"get_weather"}, "tool_calls"},
		"parallel": {both, func(*openai.ChatCompletionNewParams) {}, []string{"get_weather", "set_alarm"}, "tool_calls"},
		"single":   {both, func(p *openai.ChatCompletionNewParams) { p.ParallelToolCalls = openai.Bool(false) }, []string{"get_weather"}, "tool_calls"},
		"auto":     {both, func(p *openai.ChatCompletionNewParams) { p.ToolChoice = mode("auto") }, []string{"get_weather", "set_alarm"}, "tool_calls"},
		"required": {"Hello", func(p *openai.ChatCompletionNewParams) { p.ToolChoice = mode("required") }, []string{"get_weather"}, "tool_calls"},
		"none":     {both, func(p *openai.ChatCompletionNewParams) { p.ToolChoice = mode("none") }, nil, "stop"},
		"named":    {"Hello", func(p *openai.ChatCompletionNewParams) { p.ToolChoice = named }, []string{"set_alarm"}, "stop"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := connect(t, sim.Config{})
			p := withTools(tt.question)
			tt.change(&p)
			whole := complete(t, c, p).Choices[0]
			checkCalls(t, whole.Message.ToolCalls, tt.want...)
			acc, err := stream(t, c, p)
			if err != nil {
				t.Fatal(err)
			}
			checkCalls(t, acc.Choices[0].Message.ToolCalls, tt.want...)
			if whole.FinishReason != tt.finish || acc.Choices[0].FinishReason != tt.finish {
				t.Errorf("finish reasons %q and %q, want %q", whole.FinishReason, acc.Choices[0].FinishReason, tt.finish)
			}
		})
	}
}

// The client's own form of the answer goes back into the conversation, with a result for each call.
func TestToolResults(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := withTools("If the weather is good, set an alarm")
	message := complete(t, c, p).Choices[0].Message
	p.Messages = append(p.Messages, message.ToParam())
	if _, err := c.Chat.Completions.New(t.Context(), p); !strings.Contains(typed(t, err).Message, "must be followed by tool messages") {
		t.Errorf("without results: %v", err)
	}
	for _, call := range message.ToolCalls {
		p.Messages = append(p.Messages, openai.ToolMessage("done", call.ID))
	}
	final := complete(t, c, p).Choices[0]
	if len(final.Message.ToolCalls) != 0 || final.Message.Content == "" || final.FinishReason != "stop" {
		t.Errorf("with results: %s", final.RawJSON())
	}
	p.Messages = append(p.Messages, final.Message.ToParam(), openai.UserMessage("Another alarm"))
	checkCalls(t, complete(t, c, p).Choices[0].Message.ToolCalls, "set_alarm")
}

// Calls given by the test arrive as given, streamed in interleaved pieces.
func TestToolsInterleaved(t *testing.T) {
	long := `{"text":"` + strings.Repeat("words and ", 30) + `"}`
	c, _ := connect(t, sim.Config{Respond: says(sim.Answer{Text: "Two at once.", ToolCalls: []sim.ToolCall{{Name: "a", Arguments: long}, {Name: "b", Arguments: `{"n":1}`}, {Name: "c", Arguments: long}}})})
	acc, err := stream(t, c, ask("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	message := acc.Choices[0].Message
	if message.Content != "Two at once." || len(message.ToolCalls) != 3 {
		t.Fatalf("%+v", message)
	}
	for i, want := range []string{long, `{"n":1}`, long} {
		if got := message.ToolCalls[i].Function; got.Arguments != want || got.Name != string(rune('a'+i)) {
			t.Errorf("call %d: %+v", i, got)
		}
	}
}
