package sim

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// check says what is wrong with the parameters.
func (m *messages) check() string {
	switch {
	case m.Model == "":
		return "model: Field required"
	case m.MaxTokens == nil && !m.counting:
		return "max_tokens: Field required"
	case m.MaxTokens != nil && *m.MaxTokens < 1:
		return "max_tokens: Input should be greater than or equal to 1"
	case m.Messages == nil:
		return "messages: Field required"
	case len(m.Messages) == 0:
		return "messages: at least one message is required"
	case outside(m.Temperature):
		return "temperature: range: 0..1"
	case outside(m.TopP):
		return "top_p: range: 0..1"
	case m.TopK != nil && *m.TopK < 0:
		return "top_k: Input should be greater than or equal to 0"
	case slices.ContainsFunc(m.StopSequences, func(s string) bool { return strings.TrimSpace(s) == "" }):
		return "stop_sequences: each stop sequence must contain non-whitespace"
	case m.OutputConfig.Effort != "" && messagesEfforts[m.OutputConfig.Effort] == 0:
		return "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
	}
	if fault := m.OutputConfig.Format.check("output_config.format"); fault != "" {
		return fault
	}
	return m.OutputFormat.check("output_format")
}

func outside(x *float64) bool { return x != nil && (*x < 0 || *x > 1) }

func (f *messagesFormat) check(where string) string {
	switch {
	case f.Type == "" && f.Schema == nil:
		return ""
	case f.Type != "json_schema":
		return where + ".type: Input should be 'json_schema'"
	case f.Schema == nil:
		return where + ".schema: Field required"
	}
	return ""
}

var messagesToolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)

func (m *messages) checkTools() string {
	for i, t := range m.Tools {
		switch where := fmt.Sprintf("tools.%d.custom.", i); {
		case t.Name == "":
			return where + "name: Field required"
		case !messagesToolName.MatchString(t.Name):
			return where + "name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"
		case m.toolIndex(t.Name) != i:
			return "tools: Tool names must be unique."
		case t.custom() && t.InputSchema == nil:
			return where + "input_schema: Field required"
		case t.custom() && !isObject(t.InputSchema):
			return where + "input_schema: Input should be a valid dictionary"
		}
	}
	switch c := &m.ToolChoice; {
	case c.Type == "":
		return ""
	case !slices.Contains([]string{"auto", "any", "tool", "none"}, c.Type):
		return fmt.Sprintf("tool_choice: Input tag '%s' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'", c.Type)
	case len(m.Tools) == 0:
		return "tool_choice may only be specified while providing tools."
	case c.Type == "tool" && c.Name == "":
		return "tool_choice.tool.name: Field required"
	case c.Type == "tool" && m.toolIndex(c.Name) < 0:
		return fmt.Sprintf("Tool '%s' not found in provided tools", c.Name)
	}
	return ""
}

func (m *messages) toolIndex(name string) int {
	return slices.IndexFunc(m.Tools, func(t messagesTool) bool { return t.Name == name })
}

func isObject(b []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) }

// leastThinking is the smallest budget that the vendor takes.
const leastThinking = 1024

func (m *messages) checkThinking() string {
	switch t := &m.Thinking; {
	case t.Type == "" || t.Type == "disabled":
		return ""
	case !t.on():
		return fmt.Sprintf("thinking: Input tag '%s' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'", t.Type)
	case t.Type == "enabled" && t.BudgetTokens < leastThinking:
		return "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
	case t.Type == "adaptive" && t.BudgetTokens != 0:
		return "thinking.adaptive.budget_tokens: Extra inputs are not permitted"
	case t.Display != "" && t.Display != "summarized" && t.Display != "omitted":
		return "thinking." + t.Type + ".display: Input should be 'summarized' or 'omitted'"
	case m.MaxTokens != nil && *m.MaxTokens <= t.BudgetTokens:
		return "`max_tokens` must be greater than `thinking.budget_tokens`."
	case m.ToolChoice.forced():
		return "Thinking may not be enabled when tool_choice forces tool use."
	case m.Temperature != nil && *m.Temperature != 1:
		return "`temperature` may only be set to 1 when thinking is enabled."
	case m.TopP != nil && *m.TopP < 0.95:
		return "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled."
	case m.TopK != nil:
		return "`top_k` must be unset when thinking is enabled."
	}
	return ""
}
