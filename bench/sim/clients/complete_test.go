package clients

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestComplete(t *testing.T) {
	c, s := connect(t, sim.Config{})
	p := ask("Why is the sky blue?")
	p.Temperature, p.MaxCompletionTokens = openai.Float(0), openai.Int(50)
	p.Messages = append([]openai.ChatCompletionMessageParamUnion{openai.SystemMessage("Be brief.")}, p.Messages...)
	got := complete(t, c, p)
	message := got.Choices[0].Message
	if !strings.HasPrefix(message.Content, "Simulated answer to “Why is the sky blue?”") || message.Role != "assistant" || message.Refusal != "" {
		t.Errorf("message %s", message.RawJSON())
	}
	if u := got.Usage; u.PromptTokens == 0 || u.CompletionTokens == 0 || u.TotalTokens != u.PromptTokens+u.CompletionTokens {
		t.Errorf("usage %s", u.RawJSON())
	}
	if got.ID == "" || got.Object != "chat.completion" || got.Created == 0 || got.Model != "demo" || got.ServiceTier != "default" {
		t.Errorf("response %s", got.RawJSON())
	}
	if st := s.Stats(); st.Answered != 1 || st.InputTokens != got.Usage.PromptTokens || st.OutputTokens != got.Usage.CompletionTokens {
		t.Errorf("stats %+v, usage %s", st, got.Usage.RawJSON())
	}
}

func TestCompleteChoices(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := ask("Hello")
	p.N, p.MaxTokens = openai.Int(2), openai.Int(3)
	got := complete(t, c, p)
	if len(got.Choices) != 2 || got.Choices[1].Index != 1 || got.Choices[1].FinishReason != "length" || got.Usage.CompletionTokens != 6 {
		t.Errorf("%s", got.RawJSON())
	}
}

func TestCompleteStop(t *testing.T) {
	c, _ := connect(t, sim.Config{Respond: says(sim.Answer{Text: "one two three"})})
	p := ask("Count")
	p.Stop = openai.ChatCompletionNewParamsStopUnion{OfStringArray: []string{" three", "four"}}
	if got := complete(t, c, p).Choices[0]; got.Message.Content != "one two" || got.FinishReason != "stop" {
		t.Errorf("%s", got.RawJSON())
	}
}

func TestCompleteRefusal(t *testing.T) {
	c, _ := connect(t, sim.Config{Respond: says(sim.Answer{Refusal: "I can't help with that."})})
	if got := complete(t, c, ask("Hello")).Choices[0].Message; got.Refusal != "I can't help with that." || got.Content != "" {
		t.Errorf("%s", got.RawJSON())
	}
	acc, err := stream(t, c, ask("Hello"))
	if err != nil || acc.Choices[0].Message.Refusal != "I can't help with that." {
		t.Errorf("streamed refusal %q, error %v", acc.Choices[0].Message.Refusal, err)
	}
}

func TestCompleteReasoning(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := ask("Hello")
	p.ReasoningEffort = openai.ReasoningEffortLow
	if u := complete(t, c, p).Usage; u.CompletionTokensDetails.ReasoningTokens == 0 || u.CompletionTokensDetails.ReasoningTokens >= u.CompletionTokens {
		t.Errorf("usage %s", u.RawJSON())
	}
}

// weather is what structured answers are read into.
type weather struct {
	City string   `json:"city"`
	Days int      `json:"days"`
	Unit string   `json:"unit"`
	Tags []string `json:"tags"`
}

// weatherSchema describes weather, strictly.
var weatherSchema = map[string]any{
	"type": "object",
	"properties": map[string]any{
		"city": map[string]any{"type": "string", "minLength": 1},
		"days": map[string]any{"type": "integer", "minimum": 1, "maximum": 14},
		"unit": map[string]any{"type": "string", "enum": []string{"celsius", "fahrenheit"}},
		"tags": map[string]any{"type": "array", "items": map[string]any{"type": "string"}, "minItems": 1},
	},
	"required":             []string{"city", "days", "unit", "tags"},
	"additionalProperties": false,
}

// check reads a document, which must have just the fields of weather.
func checkWeather(t *testing.T, document string) {
	t.Helper()
	var w weather
	d := json.NewDecoder(strings.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	if w.City == "" || w.Days < 1 || w.Days > 14 || !slices.Contains([]string{"celsius", "fahrenheit"}, w.Unit) || len(w.Tags) == 0 {
		t.Errorf("%+v from %s", w, document)
	}
}

func TestStructured(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := ask("The weather in Oslo?")
	p.ResponseFormat = openai.ChatCompletionNewParamsResponseFormatUnion{OfJSONSchema: &openai.ResponseFormatJSONSchemaParam{
		JSONSchema: openai.ResponseFormatJSONSchemaJSONSchemaParam{Name: "weather", Schema: weatherSchema, Strict: openai.Bool(true)},
	}}
	checkWeather(t, complete(t, c, p).Choices[0].Message.Content)
	acc, err := stream(t, c, p)
	if err != nil {
		t.Fatal(err)
	}
	checkWeather(t, acc.Choices[0].Message.Content)
}

func TestStructuredObject(t *testing.T) {
	c, _ := connect(t, sim.Config{})
	p := ask("Answer in JSON")
	p.ResponseFormat = openai.ChatCompletionNewParamsResponseFormatUnion{OfJSONObject: &openai.ResponseFormatJSONObjectParam{}}
	if got := complete(t, c, p).Choices[0].Message.Content; !json.Valid([]byte(got)) || !strings.HasPrefix(got, "{") {
		t.Errorf("%q", got)
	}
}

func TestModels(t *testing.T) {
	c, _ := connect(t, sim.Config{Models: []string{"small", "large"}})
	var ids []string
	pages := c.Models.ListAutoPaging(t.Context())
	for pages.Next() {
		ids = append(ids, pages.Current().ID)
	}
	if pages.Err() != nil || !slices.Equal(ids, []string{"small", "large"}) {
		t.Errorf("models %v, error %v", ids, pages.Err())
	}
	got, err := c.Models.Get(t.Context(), "large")
	if err != nil || got.ID != "large" || got.Object != "model" || got.OwnedBy == "" {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err = c.Models.Get(t.Context(), "huge"); typed(t, err).Code != "model_not_found" {
		t.Errorf("an unknown model: %v", err)
	}
}
