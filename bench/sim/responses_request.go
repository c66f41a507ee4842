package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// responsesRequest is a Responses request, as far as the simulator cares.
type responsesRequest struct {
	Model             string              `json:"model"`
	Input             responsesInput      `json:"input"`
	Instructions      string              `json:"instructions"`
	Stream            bool                `json:"stream"`
	StreamOptions     *streamOptions      `json:"stream_options"`
	MaxOutputTokens   *int                `json:"max_output_tokens"`
	Temperature       *float64            `json:"temperature"`
	TopP              *float64            `json:"top_p"`
	Tools             []responsesTool     `json:"tools"`
	ToolChoice        responsesToolChoice `json:"tool_choice"`
	ParallelToolCalls *bool               `json:"parallel_tool_calls"`
	Text              struct {
		Format    responsesFormat `json:"format"`
		Verbosity string          `json:"verbosity"`
	} `json:"text"`
	Reasoning          responsesEffort `json:"reasoning"`
	Include            []string        `json:"include"`
	Store              *bool           `json:"store"`
	Background         bool            `json:"background"`
	PreviousResponseID string          `json:"previous_response_id"`

	fields map[string]json.RawMessage // as they came
}

// responsesInput is a list of items, or a text, which is a message.
type responsesInput []responsesItem

func (in *responsesInput) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, (*[]responsesItem)(in))
	}
	*in = responsesInput{{Role: "user"}}
	return json.Unmarshal(b, &(*in)[0].Content)
}

// responsesItem is an item of the input, of whatever type. One without a type is a message.
type responsesItem struct {
	Type             string           `json:"type"`
	ID               string           `json:"id"`
	Role             string           `json:"role"`
	Content          responsesContent `json:"content"`
	CallID           string           `json:"call_id"`
	Name             string           `json:"name"`
	Arguments        string           `json:"arguments"`
	Output           responsesContent `json:"output"`
	EncryptedContent string           `json:"encrypted_content"`

	fields members // as they came
}

func (i *responsesItem) UnmarshalJSON(b []byte) error {
	type plain responsesItem
	i.fields, _ = readMembers(b)
	return json.Unmarshal(b, (*plain)(i))
}

func (i *responsesItem) kind() string {
	if i.Type == "" {
		return "message"
	}
	return i.Type
}

// responsesContent is a list of parts, or a text, which is a part without a type.
type responsesContent []responsesInputPart

type responsesInputPart struct {
	Type    string `json:"type"`
	Text    string `json:"text"`
	Refusal string `json:"refusal"`
}

func (c *responsesContent) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, (*[]responsesInputPart)(c))
	}
	*c = responsesContent{{}}
	return json.Unmarshal(b, &(*c)[0].Text)
}

func (c responsesContent) text() string {
	var out strings.Builder
	for _, p := range c {
		out.WriteString(p.Text + p.Refusal)
	}
	return out.String()
}

// responsesTool is a function, or a tool that the vendor runs, which the simulator's model never calls.
type responsesTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
}

// responsesToolChoice is a word, or an object that names a tool or several.
type responsesToolChoice struct{ toolChoice }

func (c *responsesToolChoice) UnmarshalJSON(b []byte) error {
	if !isObject(b) {
		return json.Unmarshal(b, &c.mode)
	}
	var chosen struct {
		Type, Name, Mode string
		Tools            []responsesTool
	}
	err := json.Unmarshal(b, &chosen)
	switch chosen.Type {
	case "function":
		c.mode, c.name = "named", chosen.Name
	case "allowed_tools":
		c.mode = chosen.Mode
		for _, t := range chosen.Tools {
			c.allowed = append(c.allowed, t.Name)
		}
	}
	return err
}

type responsesFormat struct {
	Type   string          `json:"type"`
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
}

type responsesEffort struct {
	Effort  string `json:"effort"`
	Summary string `json:"summary"`
}

// responsesFields are the parameters of the vendor's API; it refuses others.
var responsesFields = strings.Fields(`model input instructions stream stream_options max_output_tokens temperature top_p tools tool_choice
	parallel_tool_calls text reasoning include store background previous_response_id conversation max_tool_calls metadata user
	service_tier safety_identifier prompt_cache_key prompt_cache_retention prompt_cache_options prompt truncation top_logprobs
	context_management moderation access_programs`)

func (r *responses) parse(_ *http.Request, body []byte) (*request, *failure) {
	fields, err := decodeFields(body, responsesFields, &r.responsesRequest)
	if err != nil {
		return nil, err
	}
	r.fields = fields
	for _, check := range []func() *failure{r.check, r.checkStored, r.checkTools, r.checkFormat, r.checkInput} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return r.neutral(), nil
}

func (r *responses) neutral() *request {
	out := &request{
		model: r.Model, stream: r.Stream, choice: r.ToolChoice.toolChoice, single: r.ParallelToolCalls != nil && !*r.ParallelToolCalls,
		thinking: thinking{tokens: reasoningTokens[r.Reasoning.Effort], visible: r.Reasoning.Summary != ""}, format: r.Text.Format.neutral(),
	}
	if r.MaxOutputTokens != nil {
		out.most = *r.MaxOutputTokens
	}
	if r.Instructions != "" {
		out.messages = append(out.messages, message{role: "system", text: r.Instructions})
	}
	for _, i := range r.Input {
		out.add(&i)
	}
	if len(out.messages) == 0 { // nothing but what the vendor's tools said
		out.messages = append(out.messages, message{role: "user"})
	}
	for _, t := range r.Tools {
		if t.Type == "function" {
			out.tools = append(out.tools, tool{t.Name, t.Description, t.Parameters})
		}
	}
	return out
}

func (f *responsesFormat) neutral() format {
	switch f.Type {
	case "json_schema":
		return format{kind: "schema", name: f.Name, schema: f.Schema}
	case "json_object":
		return format{kind: "json"}
	}
	return format{}
}

// add goes on with an item. Calls belong to the message of the assistant before them, if there is one.
func (r *request) add(i *responsesItem) {
	switch i.kind() {
	case "message":
		one := message{role: i.Role, text: i.Content.text()}
		one.countParts(i.Content)
		r.messages = append(r.messages, one)
	case "function_call_output":
		one := message{role: "tool", callID: i.CallID, text: i.Output.text()}
		one.countParts(i.Output)
		r.messages = append(r.messages, one)
	case "function_call":
		last := len(r.messages) - 1
		if last < 0 || r.messages[last].role != "assistant" {
			r.messages = append(r.messages, message{role: "assistant"})
			last++
		}
		r.messages[last].calls = append(r.messages[last].calls, call{i.CallID, i.Name, i.Arguments})
	}
}

func (m *message) countParts(content responsesContent) {
	for _, p := range content {
		switch p.Type {
		case "input_image":
			m.images++
		case "input_file":
			m.files++
		}
	}
}
