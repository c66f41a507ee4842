package sim_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

// forecast describes an answer in the vendor's own form of schemas.
const forecast = `{"type":"OBJECT","properties":{
	"zone":{"type":"STRING","format":"enum","enum":["north","south"]},
	"days":{"type":"ARRAY","items":{"type":"INTEGER","minimum":1,"maximum":9},"minItems":"2","maxItems":"3","example":[1]},
	"note":{"type":"string","nullable":true,"maxLength":"5"},
	"wind":{"anyOf":[{"type":"NUMBER"},{"type":"NULL"}]}
},"required":["zone","days"],"propertyOrdering":["days","zone","wind","note"],"title":"Forecast"}`

// checkForecast reads a document that must fit the forecast.
func checkForecast(t *testing.T, text string) {
	t.Helper()
	var got struct {
		Zone *string
		Days []int
		Note *string
		Wind *float64
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &got) != nil || json.Unmarshal([]byte(text), &fields) != nil {
		t.Fatalf("not a forecast: %s", text)
	}
	if got.Zone == nil || *got.Zone != "north" && *got.Zone != "south" || len(got.Days) < 2 || len(got.Days) > 3 || slices.Min(got.Days) < 1 || slices.Max(got.Days) > 9 || len(or(got.Note, "")) > 5 {
		t.Errorf("%s", text)
	}
	if place := func(name string) int { return strings.Index(text, `"`+name+`"`) }; place("days") > place("zone") {
		t.Errorf("not in the order asked for: %s", text)
	}
	for _, name := range slices.Collect(maps.Keys(fields)) {
		if !slices.Contains([]string{"zone", "days", "note", "wind"}, name) {
			t.Errorf("%s in %s", name, text)
		}
	}
}

func TestGenerateSchema(t *testing.T) {
	geminiInMemory(t, sim.Config{}, func(g gemini) {
		for range 20 {
			for _, method := range []string{wholly, eventwise, arraywise} {
				got := g.send(method, query("Hello", `"generationConfig":{"responseMimeType":"application/json","responseSchema":`+forecast+`}`)).merged()
				checkForecast(g.t, got.texts[0])
			}
			standard := g.send(wholly, query("Hello", `"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":`+weatherSchema+`}`)).merged().texts[0]
			if !json.Valid([]byte(standard)) || !strings.HasPrefix(standard, "{") {
				g.t.Errorf("%s", standard)
			}
		}
		if got := g.send(wholly, config(`"responseMimeType":"application/json"`)).merged().texts[0]; !json.Valid([]byte(got)) {
			g.t.Errorf("%s", got)
		}
	})
}

func TestGenerateSchemaInvalid(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type":"thing"}`: `Invalid value at 'AT.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), "thing"`,
		`{"type":"OBJECT","properties":{"a":{"type":"X"}}}`: `Invalid value at 'AT.properties[a].type'`,
		`{"type":"OBJECT"}`:                               "* GenerateContentRequest.AT.properties: should be non-empty for OBJECT type",
		`{"type":"ARRAY"}`:                                "* GenerateContentRequest.AT.items: missing field.",
		`{"type":"ARRAY","items":{"type":"ARRAY"}}`:       "* GenerateContentRequest.AT.items.items: missing field.",
		`{"anyOf":[{"type":"STRING"},{"type":"OBJECT"}]}`: "* GenerateContentRequest.AT.any_of[1].properties: should be non-empty",
		`{"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a","b"]}`:             "* GenerateContentRequest.AT.required[1]: property is not defined",
		`{"type":"OBJECT","properties":{"a":{"type":"STRING"}},"additionalProperties":false}`:     `Unknown name "additionalProperties" at 'AT': Cannot find field.`,
		`{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"$ref":"#/$defs/x"}}}`:         `Unknown name "$ref" at 'AT.properties[1].value': Cannot find field.`,
		`{"type":"ARRAY","items":{"type":"OBJECT","properties":{"a":{"const":1,"type":"NULL"}}}}`: `Unknown name "const" at 'AT.items.properties[0].value': Cannot find field.`,
		`"STRING"`: "Invalid value at 'AT' (type.googleapis.com/google.ai.generativelanguage.v1beta.Schema), \"STRING\"",
	} {
		t.Run(schema, func(t *testing.T) {
			geminiInMemory(t, sim.Config{}, func(g gemini) {
				for at, body := range map[string]string{
					"generation_config.response_schema":            query("a", `"generationConfig":{"responseMimeType":"application/json","responseSchema":`+schema+`}`),
					"tools[0].function_declarations[0].parameters": query("a", `"tools":[{"functionDeclarations":[{"name":"f","parameters":`+schema+`}]}]`),
				} {
					r := g.send(wholly, body)
					if want := strings.ReplaceAll(want, "AT", at); r.status != http.StatusBadRequest || !strings.Contains(r.statusOf().Message, want) {
						g.t.Errorf("%d %s, want %q", r.status, r.body, want)
					}
				}
			})
		})
	}
}

func TestGenerateCalls(t *testing.T) {
	tools := `"tools":[{"functionDeclarations":[{"name":"get_weather","parameters":` + forecast + `},{"name":"set_alarm","parametersJsonSchema":{"type":"object","properties":{"hour":{"type":"integer"}},"required":["hour"]}}]},{"functionDeclarations":[{"name":"stop"}]}]`
	mode := func(fields string) string { return `"toolConfig":{"functionCallingConfig":{` + fields + `}}` }
	const both = "If the weather is good, set an alarm"
	for name, tt := range map[string]struct {
		question, mode string
		want           []string
	}{
		"one":              {"The weather?", mode(`"mode":"AUTO"`), []string{"get_weather"}},
		"parallel":         {both, mode(``), []string{"get_weather", "set_alarm"}},
		"none":             {both, mode(`"mode":"NONE"`), nil},
		"any":              {"Hello", mode(`"mode":"ANY"`), []string{"get_weather"}},
		"allowed":          {"Hello", mode(`"mode":"ANY","allowedFunctionNames":["set_alarm"]`), []string{"set_alarm"}},
		"allowed in lower": {both, mode(`"mode":"any","allowed_function_names":["stop","set_alarm"]`), []string{"set_alarm"}},
		"validated":        {both, mode(`"mode":"VALIDATED","allowedFunctionNames":["get_weather"]`), []string{"get_weather"}},
		"validated alone":  {"Hello", mode(`"mode":"VALIDATED"`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			geminiBothWays(t, sim.Config{}, func(g gemini) {
				for _, method := range []string{wholly, eventwise, arraywise} {
					r := g.send(method, query(tt.question, tools, tt.mode))
					var names []string
					for _, p := range r.pieces() {
						for _, one := range p.Candidates[0].Content.Parts {
							if f := one.FunctionCall; f != nil {
								if (one.ThoughtSignature != "") != (len(names) == 0) {
									g.t.Errorf("call %d: signature %q", len(names), one.ThoughtSignature)
								}
								if names = append(names, f.Name); f.Name == "get_weather" {
									checkForecast(g.t, string(f.Args))
								}
							}
						}
					}
					if got := r.merged().said[0]; !slices.Equal(names, tt.want) || !strings.HasSuffix(got, "→STOP") {
						g.t.Errorf("%s: calls %v in %s, want %v", method, names, got, tt.want)
					}
				}
			})
		})
	}
}

// A call comes back with its signature, whatever became of the order of its arguments, and then the model has what it wants.
func TestGenerateCallsReturned(t *testing.T) {
	call := sim.ToolCall{Name: "clock", Arguments: `{"zone":1,"at":"noon"}`}
	answer := func(p *sim.Prompt) *sim.Answer {
		if len(p.Results) > 0 {
			return &sim.Answer{Text: p.Results[0].Name + ": " + p.Results[0].Text}
		}
		return &sim.Answer{ToolCalls: []sim.ToolCall{call, call}}
	}
	geminiBothWays(t, sim.Config{Respond: answer}, func(g gemini) {
		parts := g.send(wholly, query("Hello", declared)).pieces()[0].Candidates[0].Content.Parts
		first, second := parts[0].FunctionCall, parts[1].FunctionCall
		if first.ID == second.ID || len(first.ID) != 8 || parts[1].ThoughtSignature != "" {
			g.t.Fatalf("%+v", parts)
		}
		back := func(args string) *result {
			model := `{"functionCall":{"id":"` + first.ID + `","name":"clock","args":` + args + `},"thoughtSignature":"` + parts[0].ThoughtSignature + `"},{"functionCall":{"id":"` + second.ID + `","name":"clock","args":{}}}`
			results := `{"functionResponse":{"id":"` + second.ID + `","name":"clock","response":{"result":12}}},{"functionResponse":{"id":"` + first.ID + `","name":"clock","response":{"error":"slow"}}}`
			return g.do(http.MethodPost, "/v1beta/models/gemini-3:generateContent", dialogue(content("user", greeting), content("model", model), content("user", results)))
		}
		if got := back(`{"at": "noon", "zone": 1}`).merged().said[0]; got != "clock: 12→STOP" {
			g.t.Errorf("%q", got)
		}
		if r := back(`{"at":"noon","zone":2}`); r.status != http.StatusBadRequest || !strings.Contains(r.statusOf().Message, "Corrupted thought signature.") {
			g.t.Errorf("%d %s", r.status, r.body)
		}
	})
}
