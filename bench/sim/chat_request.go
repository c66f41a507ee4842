package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// chatRequest is a Chat Completions request, as far as the simulator cares.
type chatRequest struct {
	Model               string         `json:"model"`
	Messages            []chatMessage  `json:"messages"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options"`
	MaxTokens           *int           `json:"max_tokens"`
	MaxCompletionTokens *int           `json:"max_completion_tokens"`
	Temperature         *float64       `json:"temperature"`
	TopP                *float64       `json:"top_p"`
	N                   *int           `json:"n"`
	Stop                stopList       `json:"stop"`
	Tools               []chatTool     `json:"tools"`
	ToolChoice          chatToolChoice `json:"tool_choice"`
	ParallelToolCalls   *bool          `json:"parallel_tool_calls"`
	ResponseFormat      chatFormat     `json:"response_format"`
	ReasoningEffort     string         `json:"reasoning_effort"`
}

type streamOptions struct {
	IncludeUsage       bool  `json:"include_usage"`
	IncludeObfuscation *bool `json:"include_obfuscation"`
}

type chatMessage struct {
	Role       string      `json:"role"`
	Content    chatContent `json:"content"`
	Name       string      `json:"name"`
	ToolCalls  []chatCall  `json:"tool_calls"`
	ToolCallID string      `json:"tool_call_id"`
}

type chatTool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
	} `json:"function"`
}

type chatFormat struct {
	Type       string `json:"type"`
	JSONSchema struct {
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"schema"`
		Strict bool            `json:"strict"`
	} `json:"json_schema"`
}

// chatContent is a text, or a list of parts of which the text counts.
type chatContent struct {
	text          string
	images, files int
}

func (c *chatContent) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, &c.text)
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	for _, p := range parts {
		c.text += p.Text
		switch p.Type {
		case "text", "refusal":
		case "image_url":
			c.images++
		default:
			c.files++
		}
	}
	return nil
}

// stopList is one text or several.
type stopList []string

func (s *stopList) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		*s = make(stopList, 1)
		return json.Unmarshal(b, &(*s)[0])
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// chatToolChoice is a word, or the object that names a function.
type chatToolChoice struct{ toolChoice }

func (c *chatToolChoice) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) || string(b) == "null" {
		return json.Unmarshal(b, &c.mode)
	}
	var named struct {
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	}
	err := json.Unmarshal(b, &named)
	c.mode, c.name = "named", named.Function.Name
	return err
}

// knownFields are the parameters of the vendor's API; it refuses others.
var knownFields = strings.Fields(`model messages stream stream_options max_tokens max_completion_tokens temperature top_p n stop
	tools tool_choice parallel_tool_calls response_format reasoning_effort seed frequency_penalty presence_penalty logit_bias
	logprobs top_logprobs user service_tier metadata store modalities audio prediction verbosity web_search_options
	prompt_cache_key prompt_cache_retention safety_identifier functions function_call`)

// parse takes a deployment, as Azure has it in the URL, for the model.
func (c *chat) parse(r *http.Request, body []byte) (*request, *failure) {
	if _, err := decodeFields(body, knownFields, &c.chatRequest); err != nil {
		return nil, err
	}
	if deployment := r.PathValue("model"); deployment != "" {
		c.Model = deployment
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c.neutral(), nil
}

// decodeFields reads a request with the given parameters, and gives them as they are written, too.
func decodeFields(body []byte, known []string, into any) (fields map[string]json.RawMessage, fault *failure) {
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, invalid("", "", "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload.)")
	}
	for name := range fields {
		if !slices.Contains(known, name) {
			return nil, invalid(name, "unknown_parameter", "Unknown parameter: '"+name+"'.")
		}
	}
	if err := json.Unmarshal(body, into); err != nil {
		field := ""
		if typed, ok := err.(*json.UnmarshalTypeError); ok {
			field = typed.Field
		}
		return nil, invalid(field, "invalid_type", "Invalid type for '"+field+"': "+err.Error()+".")
	}
	return fields, nil
}

func (r *chatRequest) neutral() *request {
	out := &request{
		model: r.Model, stream: r.Stream, choice: r.ToolChoice.toolChoice, single: r.ParallelToolCalls != nil && !*r.ParallelToolCalls,
		stops: r.Stop, thinking: thinking{tokens: reasoningTokens[r.ReasoningEffort]}, format: r.ResponseFormat.neutral(),
	}
	if r.N != nil {
		out.choices = *r.N
	}
	if most := cmp.Or(r.MaxCompletionTokens, r.MaxTokens); most != nil {
		out.most = *most
	}
	for _, m := range r.Messages {
		one := message{role: m.Role, text: m.Content.text, images: m.Content.images, files: m.Content.files, callID: m.ToolCallID}
		for _, c := range m.ToolCalls {
			one.calls = append(one.calls, call{c.ID, c.Function.Name, c.Function.Arguments})
		}
		out.messages = append(out.messages, one)
	}
	for _, t := range r.Tools {
		out.tools = append(out.tools, tool{t.Function.Name, t.Function.Description, t.Function.Parameters})
	}
	return out
}

func (f *chatFormat) neutral() format {
	switch f.Type {
	case "json_schema":
		return format{kind: "schema", name: f.JSONSchema.Name, schema: f.JSONSchema.Schema}
	case "json_object":
		return format{kind: "json"}
	}
	return format{}
}

func (r *chatRequest) check() *failure {
	switch {
	case r.Model == "":
		return invalid("", "", "you must provide a model parameter")
	case len(r.Messages) == 0:
		return invalid("messages", "missing_required_parameter", "Missing required parameter: 'messages'.")
	case r.N != nil && (*r.N < 1 || *r.N > 128):
		return invalid("n", "integer_out_of_range", fmt.Sprintf("Invalid 'n': expected a value between 1 and 128, but got %d instead.", *r.N))
	case r.MaxTokens != nil && *r.MaxTokens < 1:
		return belowOne("max_tokens", *r.MaxTokens)
	case r.MaxCompletionTokens != nil && *r.MaxCompletionTokens < 1:
		return belowOne("max_completion_tokens", *r.MaxCompletionTokens)
	case r.StreamOptions != nil && !r.Stream:
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	case reasoningTokens[r.ReasoningEffort] == 0 && r.ReasoningEffort != "" && r.ReasoningEffort != "none":
		return invalid("reasoning_effort", "invalid_value", "Invalid value: '"+r.ReasoningEffort+"'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', and 'xhigh'.")
	case len(r.Stop) > 4:
		return invalid("stop", "array_above_max_length", "Invalid 'stop': array too long. Expected an array with maximum length 4.")
	}
	if e := checkSampling(r.Temperature, r.TopP); e != nil {
		return e
	}
	if e := r.checkTools(); e != nil {
		return e
	}
	if e := r.checkFormat(); e != nil {
		return e
	}
	return r.checkMessages()
}

func checkSampling(temperature, topP *float64) *failure {
	for _, one := range []struct {
		param string
		value *float64
		most  float64
	}{{"temperature", temperature, 2}, {"top_p", topP, 1}} {
		if v := one.value; v != nil && (*v < 0 || *v > one.most) {
			return invalid(one.param, "decimal_out_of_range", fmt.Sprintf("Invalid '%s': expected a value between 0 and %v, but got %v instead.", one.param, one.most, *v))
		}
	}
	return nil
}

func belowOne(param string, got int) *failure {
	return invalid(param, "integer_below_min_value", fmt.Sprintf("Invalid '%s': integer below minimum value. Expected a value >= 1, but got %d instead.", param, got))
}

func (r *chatRequest) checkTools() *failure {
	if len(r.Tools) == 0 {
		if r.ToolChoice.mode != "" && r.ToolChoice.mode != "none" {
			return invalid("tool_choice", "", "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.")
		}
		if r.ParallelToolCalls != nil {
			return invalid("parallel_tool_calls", "", "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.")
		}
		return nil
	}
	named := r.ToolChoice.mode != "named"
	for i, t := range r.Tools {
		if t.Type != "function" || t.Function.Name == "" {
			return invalid(fmt.Sprintf("tools[%d].function", i), "missing_required_parameter", fmt.Sprintf("Missing required parameter: 'tools[%d].function'.", i))
		}
		named = named || t.Function.Name == r.ToolChoice.name
	}
	if !named {
		return invalid("tool_choice", "", "Invalid value for 'tool_choice': no function named '"+r.ToolChoice.name+"' was specified in the 'tools' parameter.")
	}
	switch r.ToolChoice.mode {
	case "", "auto", "none", "required", "named":
		return nil
	}
	return invalid("tool_choice", "invalid_value", "Invalid value: '"+r.ToolChoice.mode+"'. Supported values are: 'none', 'auto', and 'required'.")
}

func (r *chatRequest) checkFormat() *failure {
	switch r.ResponseFormat.Type {
	case "", "text":
	case "json_object":
		for _, m := range r.Messages {
			if strings.Contains(strings.ToLower(m.Content.text), "json") {
				return nil
			}
		}
		return invalid("messages", "", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
	case "json_schema":
		if r.ResponseFormat.JSONSchema.Name == "" {
			return invalid("response_format.json_schema.name", "missing_required_parameter", "Missing required parameter: 'response_format.json_schema.name'.")
		}
	default:
		return invalid("response_format.type", "invalid_value", "Invalid value: '"+r.ResponseFormat.Type+"'. Supported values are: 'json_object', 'json_schema', and 'text'.")
	}
	return nil
}

func (r *chatRequest) checkMessages() *failure {
	open := map[string]bool{} // tool calls not answered yet
	for i, m := range r.Messages {
		switch m.Role {
		case "system", "developer", "user", "assistant", "function":
		case "tool":
			if !open[m.ToolCallID] {
				return invalid(fmt.Sprintf("messages.[%d].role", i), "", "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.")
			}
			delete(open, m.ToolCallID)
			continue
		default:
			return invalid(fmt.Sprintf("messages[%d].role", i), "invalid_value", "Invalid value: '"+m.Role+"'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.")
		}
		if len(open) > 0 {
			return unanswered(i)
		}
		for _, c := range m.ToolCalls {
			open[c.ID] = true
		}
	}
	if len(open) > 0 {
		return unanswered(len(r.Messages))
	}
	return nil
}

func unanswered(at int) *failure {
	return invalid(fmt.Sprintf("messages.[%d].role", at), "", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.")
}
