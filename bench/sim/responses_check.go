package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// leastOutput is the smallest maximum of tokens that the vendor takes.
const leastOutput = 16

func (r *responses) check() *failure {
	switch {
	case r.Model == "":
		return invalid("model", "missing_required_parameter", "Missing required parameter: 'model'.")
	case len(r.Input) == 0:
		return invalid("input", "missing_required_parameter", "Missing required parameter: 'input'.")
	case r.MaxOutputTokens != nil && *r.MaxOutputTokens < leastOutput:
		return invalid("max_output_tokens", "integer_below_min_value", fmt.Sprintf("Invalid 'max_output_tokens': integer below minimum value. Expected a value >= %d, but got %d instead.", leastOutput, *r.MaxOutputTokens))
	case r.StreamOptions != nil && !r.Stream:
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	if err := checkSampling(r.Temperature, r.TopP); err != nil {
		return err
	}
	for _, one := range []struct {
		param, value string
		supported    []string
	}{
		{"reasoning.effort", r.Reasoning.Effort, []string{"none", "minimal", "low", "medium", "high", "xhigh"}},
		{"reasoning.summary", r.Reasoning.Summary, []string{"concise", "detailed", "auto"}},
		{"text.verbosity", r.Text.Verbosity, []string{"low", "medium", "high"}},
	} {
		if one.value != "" && !slices.Contains(one.supported, one.value) {
			return unsupported(one.param, one.value, one.supported...)
		}
	}
	for i, what := range r.Include {
		if supported := []string{"reasoning.encrypted_content", "message.output_text.logprobs", "message.input_image.image_url"}; !slices.Contains(supported, what) && !strings.Contains(what, "_call.") {
			return unsupported(fmt.Sprintf("include[%d]", i), what, supported...)
		}
	}
	return nil
}

// unsupported says that a value is none of those that there are.
func unsupported(param, value string, supported ...string) *failure {
	list := "'" + strings.Join(supported, "', '") + "'"
	if i := strings.LastIndex(list, ", "); i >= 0 {
		list = list[:i] + strings.Repeat(",", min(1, len(supported)-2)) + " and" + list[i+1:]
	}
	return invalid(param, "invalid_value", "Invalid value: '"+value+"'. Supported values are: "+list+".")
}

// checkStored refuses what refers to what the vendor would have stored.
func (r *responses) checkStored() *failure {
	switch {
	case r.PreviousResponseID != "":
		return invalid("previous_response_id", "previous_response_not_found", "Previous response with id '"+r.PreviousResponseID+"' not found.")
	case r.given("conversation") != nil:
		return chatError(http.StatusNotFound, "invalid_request_error", "conversation", "", "Conversation not found.")
	case r.given("prompt") != nil:
		return chatError(http.StatusNotFound, "invalid_request_error", "prompt", "prompt_not_found", "Prompt not found.")
	case r.Background:
		return invalid("background", "", "Background mode is not supported: the simulator stores no responses.")
	}
	return nil
}

func (r *responses) checkTools() *failure {
	wanted := r.ToolChoice.allowed
	if r.ToolChoice.mode == "named" {
		wanted = []string{r.ToolChoice.name}
	}
	for i, t := range r.Tools {
		where := fmt.Sprintf("tools[%d]", i)
		switch {
		case t.Type == "":
			return missing(where + ".type")
		case t.Type == "function" && t.Name == "":
			return missing(where + ".name")
		}
	}
	absent := func(name string) bool {
		return !slices.ContainsFunc(r.Tools, func(t responsesTool) bool { return t.Name == name })
	}
	switch c := &r.ToolChoice; {
	case slices.ContainsFunc(wanted, absent):
		return invalid("tool_choice", "", "Tool choice 'function' not found in 'tools' parameter.")
	case c.mode == "required" && len(r.Tools) == 0:
		return invalid("tool_choice", "", "Tool choice 'required' must be specified with 'tools' parameter.")
	case !slices.Contains([]string{"", "none", "auto", "required", "named"}, c.mode):
		return unsupported("tool_choice", c.mode, "none", "auto", "required")
	}
	return nil
}

func missing(param string) *failure {
	return invalid(param, "missing_required_parameter", "Missing required parameter: '"+param+"'.")
}

func (r *responses) checkFormat() *failure {
	switch f := &r.Text.Format; {
	case f.Type == "json_object" && !r.mentionsJSON():
		return invalid("input", "", "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.")
	case f.Type == "json_schema" && f.Name == "":
		return missing("text.format.name")
	case f.Type == "json_schema" && f.Schema == nil:
		return missing("text.format.schema")
	case f.Type == "" && r.given("text") != nil && (f.Name != "" || f.Schema != nil):
		return missing("text.format.type")
	case f.Type != "" && !slices.Contains([]string{"text", "json_object", "json_schema"}, f.Type):
		return unsupported("text.format.type", f.Type, "json_object", "json_schema", "text")
	}
	return nil
}

func (r *responses) mentionsJSON() bool {
	return slices.ContainsFunc(r.Input, func(i responsesItem) bool { return strings.Contains(strings.ToLower(i.Content.text()), "json") })
}
