package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
)

// ollamaRequest is a chat request, as far as the simulator cares. The server ignores fields that it doesn't know.
type ollamaRequest struct {
	Model    string          `json:"model"`
	Messages []ollamaMessage `json:"messages"`
	Stream   *bool           `json:"stream"`
	Format   ollamaFormat    `json:"format"`
	Think    ollamaThink     `json:"think"`
	Tools    []chatTool      `json:"tools"`
	Options  struct {
		NumPredict int      `json:"num_predict"`
		Stop       []string `json:"stop"`
	} `json:"options"`
}

type ollamaMessage struct {
	Role       string       `json:"role"`
	Content    string       `json:"content"`
	Thinking   string       `json:"thinking,omitempty"`
	Images     []string     `json:"images,omitempty"`
	ToolCalls  []ollamaCall `json:"tool_calls,omitempty"`
	ToolName   string       `json:"tool_name,omitempty"`
	ToolCallID string       `json:"tool_call_id,omitempty"`
}

type ollamaCall struct {
	ID       string `json:"id,omitempty"`
	Function struct {
		Index     int             `json:"index"`
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

// ollamaFormat is "json" or a schema.
type ollamaFormat struct{ format }

func (f *ollamaFormat) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == `"json"`:
		f.kind = "json"
	case isObject(b):
		f.kind, f.schema = "schema", bytes.Clone(b)
	case string(b) != "null" && string(b) != `""`:
		return fmt.Errorf(`invalid format: %s; expected "json" or a valid JSON Schema object`, b)
	}
	return nil
}

// ollamaThink is a bool or a level. Unset, a model doesn't think.
type ollamaThink struct{ thinking }

func (t *ollamaThink) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "null", "false":
	case "true", `"medium"`:
		t.tokens = reasoningTokens["medium"]
	case `"low"`:
		t.tokens = reasoningTokens["low"]
	case `"high"`:
		t.tokens = reasoningTokens["high"]
	default:
		return fmt.Errorf(`invalid think value: %s (must be "high", "medium", "low", true, or false)`, b)
	}
	t.visible = true
	return nil
}

func (o *ollama) parse(_ *http.Request, body []byte) (*request, *failure) {
	if len(body) == 0 {
		return nil, ollamaError(http.StatusBadRequest, "missing request body")
	}
	err := json.Unmarshal(body, &o.ollamaRequest)
	switch {
	case err != nil:
		return nil, ollamaError(http.StatusBadRequest, err.Error())
	case o.Model == "":
		return nil, ollamaError(http.StatusBadRequest, "model is required")
	case len(o.Messages) == 0:
		return nil, ollamaError(http.StatusBadRequest, "messages is required: the simulator has no models to load")
	}
	return o.neutral(), nil
}

// neutral tells calls by the name of the tool, where clients send no id.
func (o *ollama) neutral() *request {
	out := &request{
		model: o.Model, stream: o.Stream == nil || *o.Stream, stops: o.Options.Stop, most: max(0, o.Options.NumPredict),
		format: o.Format.format, thinking: o.Think.thinking,
	}
	for _, m := range o.Messages {
		one := message{role: m.Role, text: m.Content, images: len(m.Images), callID: cmp.Or(m.ToolCallID, m.ToolName)}
		for _, c := range m.ToolCalls {
			one.calls = append(one.calls, call{cmp.Or(c.ID, c.Function.Name), c.Function.Name, string(c.Function.Arguments)})
		}
		out.messages = append(out.messages, one)
	}
	for _, t := range o.Tools {
		out.tools = append(out.tools, tool{t.Function.Name, t.Function.Description, t.Function.Parameters})
	}
	return out
}
