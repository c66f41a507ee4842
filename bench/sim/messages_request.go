package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// messagesRequest is a Messages request, as far as the simulator cares.
type messagesRequest struct {
	Model         string               `json:"model"`
	Messages      []messagesMessage    `json:"messages"`
	System        messagesContent      `json:"system"`
	MaxTokens     *int                 `json:"max_tokens"`
	Stream        bool                 `json:"stream"`
	Temperature   *float64             `json:"temperature"`
	TopP          *float64             `json:"top_p"`
	TopK          *int                 `json:"top_k"`
	StopSequences []string             `json:"stop_sequences"`
	Tools         []messagesTool       `json:"tools"`
	ToolChoice    messagesToolChoice   `json:"tool_choice"`
	Thinking      messagesThinking     `json:"thinking"`
	OutputConfig  messagesOutputConfig `json:"output_config"`
	OutputFormat  messagesFormat       `json:"output_format"`
	CacheControl  *messagesCache       `json:"cache_control"`
}

type messagesMessage struct {
	Role    string          `json:"role"`
	Content messagesContent `json:"content"`
}

// messagesContent is a list of blocks, or a text, which is a list of one. The vendor's own tools may have an object in its
// place, which nobody reads.
type messagesContent []messagesBlock

func (c *messagesContent) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		*c = messagesContent{{Type: "text"}}
		return json.Unmarshal(b, &(*c)[0].Text)
	case '{':
		return nil
	}
	return json.Unmarshal(b, (*[]messagesBlock)(c))
}

func (c messagesContent) text() string {
	var out strings.Builder
	for _, b := range c {
		out.WriteString(b.Text)
	}
	return out.String()
}

type messagesTool struct {
	Type         string          `json:"type"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"input_schema"`
	CacheControl *messagesCache  `json:"cache_control"`
}

// custom tells a tool of the client's own from one that the vendor describes.
func (t *messagesTool) custom() bool { return t.Type == "" || t.Type == "custom" }

// served tells tools that the vendor runs, which the simulator's model never calls.
func (t *messagesTool) served() bool {
	return slices.ContainsFunc([]string{"web_search", "web_fetch", "code_execution", "tool_search"}, func(kind string) bool { return strings.HasPrefix(t.Type, kind) })
}

type messagesToolChoice struct {
	Type                   string `json:"type"`
	Name                   string `json:"name"`
	DisableParallelToolUse bool   `json:"disable_parallel_tool_use"`
}

// forced: the model must call a tool.
func (c *messagesToolChoice) forced() bool { return c.Type == "any" || c.Type == "tool" }

type messagesThinking struct {
	Type         string `json:"type"`
	BudgetTokens int    `json:"budget_tokens"`
	Display      string `json:"display"`
}

func (t *messagesThinking) on() bool { return t.Type == "enabled" || t.Type == "adaptive" }

type messagesOutputConfig struct {
	Effort string         `json:"effort"`
	Format messagesFormat `json:"format"`
}

type messagesFormat struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"schema"`
}

// messagesFields are the parameters of the vendor's API; it refuses others. Counting has fewer.
var (
	messagesCountFields = strings.Fields(`model messages system tools tool_choice thinking output_config output_format cache_control
		context_management mcp_servers speed`)
	messagesFields = append(strings.Fields(`max_tokens stream temperature top_p top_k stop_sequences metadata service_tier container
		inference_geo diagnostics`), messagesCountFields...)
)

// messagesMaxBody is the largest request that the vendor takes.
const messagesMaxBody = 32 << 20

func (m *messages) parse(r *http.Request, body []byte) (*request, *failure) {
	switch version := r.Header.Get("Anthropic-Version"); {
	case len(body) > messagesMaxBody:
		return nil, m.refuse(unreadable{})
	case version == "":
		return nil, m.invalid("anthropic-version: header is required")
	case version != "2023-06-01" && version != "2023-01-01":
		return nil, m.invalid("anthropic-version: \"" + version + "\" is not a valid version")
	}
	for _, check := range []func() string{func() string { return m.decode(body) }, m.check, m.checkTools, m.checkThinking, m.checkMessages, m.checkCache} {
		if fault := check(); fault != "" {
			return nil, m.invalid(fault)
		}
	}
	return m.neutral(), nil
}

// decode reads the request and says what is wrong with it.
func (m *messages) decode(body []byte) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return "The request body is not valid JSON: " + err.Error()
	}
	known := messagesFields
	if m.counting {
		known = messagesCountFields
	}
	for name := range fields {
		if !slices.Contains(known, name) {
			return name + ": Extra inputs are not permitted"
		}
	}
	if err := json.Unmarshal(body, &m.messagesRequest); err != nil {
		field := "request"
		if typed, ok := err.(*json.UnmarshalTypeError); ok {
			field = typed.Field
		}
		return field + ": Input has the wrong type: " + err.Error()
	}
	return ""
}

// neutral turns each result of a tool into a message of its own.
func (m *messages) neutral() *request {
	out := &request{
		model: m.Model, stream: m.Stream, stops: m.StopSequences, choice: m.ToolChoice.neutral(), single: m.ToolChoice.DisableParallelToolUse,
		thinking: m.thinking(), prefixes: m.prefixes(),
	}
	if m.MaxTokens != nil {
		out.most = *m.MaxTokens
	}
	for _, f := range []messagesFormat{m.OutputFormat, m.OutputConfig.Format} {
		if f.Type == "json_schema" {
			out.format = format{kind: "schema", schema: f.Schema}
		}
	}
	if len(m.System) > 0 {
		out.messages = append(out.messages, message{role: "system", text: m.System.text()})
	}
	for _, one := range m.Messages {
		out.messages = append(out.messages, one.neutral()...)
	}
	for _, t := range m.Tools {
		if !t.served() {
			out.tools = append(out.tools, tool{t.Name, t.Description, t.InputSchema})
		}
	}
	return out
}

func (c *messagesToolChoice) neutral() toolChoice {
	switch c.Type {
	case "any":
		return toolChoice{mode: "required"}
	case "tool":
		return toolChoice{mode: "named", name: c.Name}
	}
	return toolChoice{mode: c.Type}
}

// thinking takes a share of the budget, or as much as the effort asks for.
func (m *messages) thinking() thinking {
	switch m.Thinking.Type {
	case "enabled":
		return thinking{tokens: min(m.Thinking.BudgetTokens/16, messagesEfforts["high"]), visible: true}
	case "adaptive":
		effort := m.OutputConfig.Effort
		if effort == "" {
			effort = "high"
		}
		return thinking{tokens: messagesEfforts[effort], visible: true}
	}
	return thinking{}
}

// messagesEfforts is how much a model thinks at each level.
var messagesEfforts = map[string]int{"low": 64, "medium": 192, "high": 512, "xhigh": 1024, "max": 2048}

func (m *messagesMessage) neutral() (out []message) {
	said := message{role: m.Role}
	other := false
	for _, b := range m.Content {
		switch b.Type {
		case "tool_result":
			result := message{role: "tool", text: b.Content.text(), callID: b.ToolUseID, failed: b.IsError}
			result.count(b.Content)
			out = append(out, result)
			continue
		case "tool_use":
			said.calls = append(said.calls, call{b.ID, b.Name, string(b.Input)})
		}
		other = true
	}
	if other || len(out) == 0 {
		said.text = m.Content.text()
		said.count(m.Content)
		out = append(out, said)
	}
	return out
}

// count counts the images and files of a message.
func (m *message) count(content messagesContent) {
	for _, b := range content {
		switch b.Type {
		case "image":
			m.images++
		case "document":
			m.files++
		}
	}
}
