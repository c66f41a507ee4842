package clients

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genai"

	"github.com/seed63918563/llmgate/bench/sim"
)

// google is Google's client, of a simulator on a port.
func google(t *testing.T, cfg sim.Config) *genai.Client {
	t.Helper()
	server, transport := serve(t, newSim(t, cfg))
	return googleAt(t, server.Root, transport, genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
}

func googleAt(t *testing.T, root string, transport http.RoundTripper, cfg genai.ClientConfig) *genai.Client {
	t.Helper()
	cfg.HTTPClient, cfg.HTTPOptions = &http.Client{Transport: transport}, genai.HTTPOptions{BaseURL: root}
	c, err := genai.NewClient(t.Context(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// gathered is an answer, whole or put together from a stream.
type gathered struct {
	text, thoughts string
	parts          []*genai.Part
	finish         genai.FinishReason
	last           *genai.GenerateContentResponse
}

func (g *gathered) add(r *genai.GenerateContentResponse) {
	g.last = r
	for _, c := range r.Candidates {
		g.finish = c.FinishReason
		for _, p := range c.Content.Parts {
			g.parts = append(g.parts, p)
			if p.Thought {
				g.thoughts += p.Text
			} else {
				g.text += p.Text
			}
		}
	}
}

// pour gathers a stream, up to the first error.
func pour(t *testing.T, c *genai.Client, contents []*genai.Content, cfg *genai.GenerateContentConfig) (got gathered, err error) {
	t.Helper()
	for r, err := range c.Models.GenerateContentStream(t.Context(), "demo", contents, cfg) {
		if err != nil {
			return got, err
		}
		got.add(r)
	}
	return got, nil
}

// bothContents is the same request whole and streamed.
func bothContents(t *testing.T, c *genai.Client, contents []*genai.Content, cfg *genai.GenerateContentConfig) []gathered {
	t.Helper()
	whole, err := c.Models.GenerateContent(t.Context(), "demo", contents, cfg)
	if err != nil {
		t.Fatal(err)
	}
	streamed, err := pour(t, c, contents, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var first gathered
	first.add(whole)
	return []gathered{first, streamed}
}

// googleError is the client's typed error.
func googleError(t *testing.T, err error) genai.APIError {
	t.Helper()
	var e genai.APIError
	if !errors.As(err, &e) {
		t.Fatalf("error %v of type %T, want genai.APIError", err, err)
	}
	return e
}

func TestGeminiGenerates(t *testing.T) {
	c := google(t, sim.Config{})
	cfg := &genai.GenerateContentConfig{
		SystemInstruction: genai.NewContentFromText("Be brief.", genai.RoleUser), Temperature: genai.Ptr[float32](0), TopP: genai.Ptr[float32](0.9), TopK: genai.Ptr[float32](40),
		MaxOutputTokens: 200, Seed: genai.Ptr[int32](7), SafetySettings: []*genai.SafetySetting{{Category: genai.HarmCategoryHarassment, Threshold: genai.HarmBlockThresholdBlockNone}},
	}
	for _, got := range bothContents(t, c, genai.Text("Why is the sky blue?"), cfg) {
		if !strings.HasPrefix(got.text, "Simulated answer to “Why is the sky blue?”") || got.finish != genai.FinishReasonStop || got.last.ModelVersion != "demo" || got.last.ResponseID == "" {
			t.Errorf("%+v", got)
		}
		if u := got.last.UsageMetadata; u.PromptTokenCount == 0 || u.CandidatesTokenCount < 20 || u.TotalTokenCount != u.PromptTokenCount+u.CandidatesTokenCount || u.PromptTokensDetails[0].Modality != genai.MediaModalityText {
			t.Errorf("usage %+v", u)
		}
	}
}

func TestGeminiStops(t *testing.T) {
	c := google(t, sim.Config{Respond: says(sim.Answer{Text: "one two three four"})})
	for _, got := range bothContents(t, c, genai.Text("Count"), &genai.GenerateContentConfig{StopSequences: []string{" three"}}) {
		if got.text != "one two" || got.finish != genai.FinishReasonStop {
			t.Errorf("%q %s", got.text, got.finish)
		}
	}
	for _, got := range bothContents(t, c, genai.Text("Count"), &genai.GenerateContentConfig{MaxOutputTokens: 2}) {
		if got.text != "one two " || got.finish != genai.FinishReasonMaxTokens || got.last.UsageMetadata.CandidatesTokenCount != 2 {
			t.Errorf("%q %s", got.text, got.finish)
		}
	}
	for _, got := range bothContents(t, google(t, sim.Config{Respond: says(sim.Answer{Refusal: "No."})}), genai.Text("Hello"), nil) {
		if f := got.last.PromptFeedback; f == nil || f.BlockReason != genai.BlockedReasonSafety || len(got.parts) != 0 {
			t.Errorf("%+v", got.last)
		}
	}
}

// forecastSchema describes weather in Google's own form.
var forecastSchema = &genai.Schema{
	Type: genai.TypeObject, Required: []string{"city", "days", "unit", "tags"}, PropertyOrdering: []string{"unit", "city", "days", "tags"},
	Properties: map[string]*genai.Schema{
		"city": {Type: genai.TypeString, MinLength: genai.Ptr[int64](1)}, "days": {Type: genai.TypeInteger, Minimum: genai.Ptr(1.0), Maximum: genai.Ptr(14.0)},
		"unit": {Type: genai.TypeString, Format: "enum", Enum: []string{"celsius", "fahrenheit"}}, "tags": {Type: genai.TypeArray, Items: &genai.Schema{Type: genai.TypeString}, MinItems: genai.Ptr[int64](1)},
	},
}

func TestGeminiStructured(t *testing.T) {
	for name, cfg := range map[string]*genai.GenerateContentConfig{
		"Google's": {ResponseMIMEType: "application/json", ResponseSchema: forecastSchema}, "standard": {ResponseMIMEType: "application/json", ResponseJsonSchema: weatherSchema},
	} {
		t.Run(name, func(t *testing.T) {
			for _, got := range bothContents(t, google(t, sim.Config{}), genai.Text("The weather in Oslo?"), cfg) {
				checkWeather(t, got.text)
			}
		})
	}
}

// googleTools offers get_weather and set_alarm, each described in another way.
func googleTools() []*genai.Tool {
	hour := map[string]any{"type": "object", "properties": map[string]any{"hour": map[string]any{"type": "integer", "minimum": 0, "maximum": 23}}, "required": []string{"hour"}}
	return []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{
		{Name: "get_weather", Description: "The weather in a city", Parameters: forecastSchema}, {Name: "set_alarm", ParametersJsonSchema: hour},
	}}}
}

func TestGeminiTools(t *testing.T) {
	const both = "If the weather is good, set an alarm"
	for name, tt := range map[string]struct {
		question string
		mode     genai.FunctionCallingConfigMode
		allowed  []string
		want     []string
	}{
		"auto":    {both, genai.FunctionCallingConfigModeAuto, nil, []string{"get_weather", "set_alarm"}},
		"any":     {"Hello", genai.FunctionCallingConfigModeAny, nil, []string{"get_weather"}},
		"allowed": {"Hello", genai.FunctionCallingConfigModeAny, []string{"set_alarm"}, []string{"set_alarm"}},
		"none":    {both, genai.FunctionCallingConfigModeNone, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := &genai.GenerateContentConfig{Tools: googleTools(), ToolConfig: &genai.ToolConfig{FunctionCallingConfig: &genai.FunctionCallingConfig{Mode: tt.mode, AllowedFunctionNames: tt.allowed}}}
			for _, got := range bothContents(t, google(t, sim.Config{}), genai.Text(tt.question), cfg) {
				var names []string
				for _, p := range got.parts {
					if p.FunctionCall == nil {
						continue
					}
					if names = append(names, p.FunctionCall.Name); p.FunctionCall.Name == "get_weather" {
						args, _ := json.Marshal(p.FunctionCall.Args)
						checkWeather(t, string(args))
					}
				}
				if !slices.Equal(names, tt.want) || got.finish != genai.FinishReasonStop {
					t.Errorf("calls %v, want %v; finish %s", names, tt.want, got.finish)
				}
			}
		})
	}
}

// The client's own chats keep the answer as it came, whole or in pieces, and send it back with a result for each call.
func TestGeminiToolLoop(t *testing.T) {
	for _, think := range []*genai.ThinkingConfig{nil, {IncludeThoughts: true, ThinkingBudget: genai.Ptr[int32](256)}} {
		for _, streamed := range []bool{false, true} {
			chat, err := google(t, sim.Config{}).Chats.Create(t.Context(), "gemini-3-demo", &genai.GenerateContentConfig{Tools: googleTools(), ThinkingConfig: think}, nil)
			if err != nil {
				t.Fatal(err)
			}
			send := func(parts ...genai.Part) (got gathered, err error) {
				if !streamed {
					r, err := chat.SendMessage(t.Context(), parts...)
					if err == nil {
						got.add(r)
					}
					return got, err
				}
				for r, err := range chat.SendMessageStream(t.Context(), parts...) {
					if err != nil {
						return got, err
					}
					got.add(r)
				}
				return got, nil
			}
			got, err := send(genai.Part{Text: "If the weather is good, set an alarm"})
			if err != nil || (got.thoughts != "") != (think != nil) || (got.last.UsageMetadata.ThoughtsTokenCount > 0) != (think != nil) {
				t.Fatalf("thoughts %q, %+v, error %v", got.thoughts, got.last, err)
			}
			if _, err := send(genai.Part{Text: "And?"}); !strings.Contains(googleError(t, err).Message, "number of function response parts") {
				t.Errorf("without results: %v", err)
			}
			var results []genai.Part
			for _, p := range got.parts {
				if f := p.FunctionCall; f != nil {
					results = append(results, genai.Part{FunctionResponse: &genai.FunctionResponse{ID: f.ID, Name: f.Name, Response: map[string]any{"output": "done"}}})
				}
			}
			if final, err := send(results...); err != nil || len(results) != 2 || final.text == "" || final.finish != genai.FinishReasonStop {
				t.Errorf("streamed %v: %d results, then %+v, error %v", streamed, len(results), final, err)
			}
		}
	}
}

func TestGeminiCountsTokens(t *testing.T) {
	c := google(t, sim.Config{})
	question := []*genai.Content{genai.NewContentFromParts([]*genai.Part{genai.NewPartFromText("How long is this?"), genai.NewPartFromBytes([]byte("png"), "image/png"), genai.NewPartFromURI("gs://b/f.pdf", "application/pdf")}, genai.RoleUser)}
	got, err := c.Models.CountTokens(t.Context(), "demo", question, nil)
	if want := bothContents(t, c, question, nil)[0].last.UsageMetadata.PromptTokenCount; err != nil || got.TotalTokens != want || want < 2*85 {
		t.Errorf("%+v, error %v; the answer says %d", got, err, want)
	}
}

func TestGeminiModels(t *testing.T) {
	c := google(t, sim.Config{Models: []string{"small", "large"}})
	var names []string
	for m, err := range c.Models.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, m.Name)
	}
	if !slices.Equal(names, []string{"models/small", "models/large"}) {
		t.Errorf("models %v", names)
	}
	if got, err := c.Models.Get(t.Context(), "large", nil); err != nil || got.Name != "models/large" || got.InputTokenLimit == 0 {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err := c.Models.Get(t.Context(), "huge", nil); googleError(t, err).Status != "NOT_FOUND" {
		t.Errorf("an unknown model: %v", err)
	}
}

func TestGeminiErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg    sim.Config
		ask    *genai.GenerateContentConfig
		code   int
		status string
		detail string
	}{
		"key":     {sim.Config{APIKeys: []string{"another"}}, nil, 400, "INVALID_ARGUMENT", "ErrorInfo"},
		"model":   {sim.Config{Models: []string{"other"}}, nil, 404, "NOT_FOUND", ""},
		"value":   {sim.Config{}, &genai.GenerateContentConfig{Temperature: genai.Ptr[float32](3)}, 400, "INVALID_ARGUMENT", ""},
		"context": {sim.Config{ContextTokens: 5}, nil, 400, "INVALID_ARGUMENT", ""},
		"limit":   {sim.Config{Limits: sim.Limits{ITPM: 1, Shape: sim.Fixed}}, nil, 429, "RESOURCE_EXHAUSTED", "QuotaFailure"},
		"fault":   {sim.Config{Faults: []sim.Fault{{Kind: sim.FaultStatus, Status: 503, Probability: 1}}}, nil, 503, "UNAVAILABLE", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := google(t, tt.cfg)
			_, whole := c.Models.GenerateContent(t.Context(), "demo", genai.Text("Hello"), tt.ask)
			_, streamed := pour(t, c, genai.Text("Hello"), tt.ask)
			for _, err := range []error{whole, streamed} {
				e := googleError(t, err)
				has := slices.ContainsFunc(e.Details, func(d map[string]any) bool { return d["@type"] == "type.googleapis.com/google.rpc."+tt.detail })
				if e.Code != tt.code || e.Status != tt.status || has != (tt.detail != "") {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

// What goes wrong in a stream is an error to the client, after the part of the answer that came.
func TestGeminiStreamFaults(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.FaultCut, sim.FaultErrorEvent, sim.FaultMalformed} {
		t.Run(string(kind), func(t *testing.T) {
			c := google(t, sim.Config{Script: []sim.Fault{{Kind: kind, After: 3, Status: 503}}, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 10)})})
			got, err := pour(t, c, genai.Text("Hello"), nil)
			if err == nil || got.text != "abcdabcdabcd" || got.finish != "" {
				t.Errorf("%q %s, error %v", got.text, got.finish, err)
			}
			if kind == sim.FaultErrorEvent && googleError(t, err).Status != "UNAVAILABLE" {
				t.Errorf("error %v", err)
			}
			if again, err := pour(t, c, genai.Text("Hello"), nil); err != nil || again.finish != genai.FinishReasonStop {
				t.Errorf("the stream after: error %v", err)
			}
		})
	}
}

// On Vertex AI the client speaks to projects, with credentials of its own; here the transport brings them.
func TestGeminiVertex(t *testing.T) {
	server, transport := serve(t, newSim(t, sim.Config{}))
	c := googleAt(t, server.Root, bearer{transport}, genai.ClientConfig{Project: "mine", Location: "europe-west4", Backend: genai.BackendVertexAI})
	for _, got := range bothContents(t, c, genai.Text("Hello"), nil) {
		if got.finish != genai.FinishReasonStop || got.last.UsageMetadata.TrafficType != genai.TrafficTypeOnDemand || got.last.CreateTime.IsZero() {
			t.Errorf("%+v", got.last)
		}
	}
	if got, err := c.Models.CountTokens(t.Context(), "demo", genai.Text("Hello"), nil); err != nil || got.TotalTokens == 0 {
		t.Errorf("%+v, error %v", got, err)
	}
}

// bearer sends a token with every request.
type bearer struct{ http.RoundTripper }

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+key)
	return b.RoundTripper.RoundTrip(r)
}
