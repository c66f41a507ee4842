package sim

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// requestFault is the vendor's form of a fault in a field.
func requestFault(at, message string) string {
	return "* GenerateContentRequest." + at + ": " + message + "\n"
}

func configFault(at, message string) string { return requestFault("generation_config."+at, message) }

// badEnum says that a word is none of an enumeration's.
func badEnum(at, enum, value string) string {
	return fmt.Sprintf("Invalid value at '%s' (type.googleapis.com/google.ai.generativelanguage.v1beta.%s), %q", at, enum, value)
}

func isOneOf(word string, list ...string) bool { return slices.Contains(list, strings.ToUpper(word)) }

func (g *generate) checkConfig() string {
	switch c := &g.GenerationConfig; {
	case c.Temperature != nil && (*c.Temperature < 0 || *c.Temperature > 2):
		return configFault("temperature", "temperature must be in the range [0.0, 2.0].")
	case outside(c.TopP):
		return configFault("top_p", "top_p must be in the range [0.0, 1.0].")
	case c.TopK != nil && *c.TopK < 1:
		return configFault("top_k", "top_k must be positive.")
	case c.CandidateCount != nil && (*c.CandidateCount < 1 || *c.CandidateCount > 8):
		return configFault("candidate_count", "candidate_count must be in the range [1, 8].")
	case c.MaxOutputTokens != nil && *c.MaxOutputTokens < 1:
		return configFault("max_output_tokens", "max_output_tokens must be positive.")
	case len(c.StopSequences) > 5:
		return configFault("stop_sequences", "the number of stop_sequences must not be greater than 5.")
	}
	return ""
}

func (g *generate) checkThinking() string {
	switch t := &g.GenerationConfig.Thinking; {
	case t.Level != "" && !isOneOf(t.Level, "MINIMAL", "LOW", "MEDIUM", "HIGH"):
		return badEnum("generation_config.thinking_config.thinking_level", "ThinkingConfig.ThinkingLevel", t.Level)
	case t.Level != "" && t.Budget != nil:
		return "You can only set only one of thinking budget and thinking level."
	case t.Level != "" && g.older():
		return "Thinking level is not supported for this model."
	case t.Budget != nil && (*t.Budget < -1 || *t.Budget > 32768):
		return fmt.Sprintf("The thinking budget %d is invalid. Please choose a value between 0 and 32768.", *t.Budget)
	case t.Include && t.Budget != nil && *t.Budget == 0:
		return "Unable to submit request because include_thoughts is only enabled when thinking is enabled. Please set a thinking budget, or leave include_thoughts out, and try again."
	}
	return ""
}

// older tells the vendor's models before the third generation, whose calls have no ids and whose signatures nobody demands.
func (g *generate) older() bool {
	return strings.HasPrefix(g.model, "gemini-1") || strings.HasPrefix(g.model, "gemini-2")
}

func (g *generate) demandsSignatures() bool { return strings.HasPrefix(g.model, "gemini-3") }

var generateFunctionName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$`)

func (g *generate) checkTools() string {
	var names []string
	for i, t := range g.Tools {
		for j, f := range t.FunctionDeclarations {
			where := fmt.Sprintf("tools[%d].function_declarations[%d]", i, j)
			switch {
			case !generateFunctionName.MatchString(f.Name):
				return requestFault(where+".name", "Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.")
			case slices.Contains(names, f.Name):
				return "Duplicate function declaration found: " + f.Name
			case f.Parameters != nil && f.ParametersJSONSchema != nil:
				return requestFault(where, "parameters and parameters_json_schema must not both be set.")
			}
			if fault := checkSchema(f.Parameters, where+".parameters"); fault != "" {
				return fault
			}
			names = append(names, f.Name)
		}
	}
	return g.checkCalling(names)
}

func (g *generate) checkCalling(names []string) string {
	const at = "tool_config.function_calling_config"
	c := &g.ToolConfig.Calling
	switch {
	case c.Mode != "" && !isOneOf(c.Mode, "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"):
		return badEnum(at+".mode", "FunctionCallingConfig.Mode", c.Mode)
	case isOneOf(c.Mode, "ANY", "VALIDATED") && len(names) == 0:
		return "Function calling config is set without function_declarations."
	case len(c.Allowed) > 0 && !isOneOf(c.Mode, "ANY", "VALIDATED"):
		return "Function calling mode must be ANY or VALIDATED when allowed_function_names is set."
	}
	for _, name := range c.Allowed {
		if !slices.Contains(names, name) {
			return requestFault(at+".allowed_function_names", "there is no function declaration named "+name+".")
		}
	}
	return ""
}

func (g *generate) checkFormat() string {
	c := &g.GenerationConfig
	isJSON := c.ResponseMimeType == "application/json"
	switch {
	case c.ResponseMimeType != "" && c.ResponseMimeType != "text/plain" && !isJSON:
		return configFault("response_mime_type", "allowed mimetypes are `text/plain` and `application/json`.")
	case c.ResponseSchema != nil && c.ResponseJSONSchema != nil:
		return configFault("response_json_schema", "response_schema must not be set when response_json_schema is set.")
	case (c.ResponseSchema != nil || c.ResponseJSONSchema != nil) && !isJSON:
		return configFault("response_schema", "only allowed when response_mime_type is `application/json`.")
	case isJSON && g.older() && len(g.Tools) > 0:
		return "Function calling with a response mime type: 'application/json' is unsupported"
	}
	return checkSchema(c.ResponseSchema, "generation_config.response_schema")
}

func (g *generate) checkContents() string {
	if len(g.Contents) == 0 {
		return requestFault("contents", "contents is not specified")
	}
	for i, c := range g.Contents {
		where := fmt.Sprintf("contents[%d]", i)
		switch {
		case c.Role != "" && c.Role != "user" && c.Role != "model" && c.Role != "function":
			return "Please use a valid role: user, model."
		case len(c.Parts) == 0:
			return requestFault(where+".parts", "contents.parts must not be empty.")
		}
		for j, p := range c.Parts {
			if fault := p.check(fmt.Sprintf("%s.parts[%d]", where, j)); fault != "" {
				return fault
			}
		}
	}
	if s := g.SystemInstruction; s != nil && len(s.Parts) == 0 {
		return requestFault("system_instruction.parts", "contents.parts must not be empty.")
	}
	return ""
}

func (p *generatePart) check(at string) string {
	set := 0
	for _, there := range []bool{p.Text != nil, p.InlineData != nil, p.FileData != nil, p.FunctionCall != nil, p.FunctionResponse != nil, p.ExecutableCode != nil, p.CodeExecutionResult != nil} {
		if there {
			set++
		}
	}
	switch {
	case set == 0:
		return requestFault(at+".data", "required oneof field 'data' must have one initialized field")
	case set > 1:
		return fmt.Sprintf("Invalid value at '%s' (oneof), oneof field 'data' is already set.", at)
	case p.ThoughtSignature != "" && !isBase64(p.ThoughtSignature):
		return fmt.Sprintf("Invalid value at '%s.thought_signature' (TYPE_BYTES), Base64 decoding failed for %q", at, p.ThoughtSignature)
	case p.InlineData != nil && (p.InlineData.Data == "" || !isBase64(p.InlineData.Data)):
		return fmt.Sprintf("Invalid value at '%s.inline_data.data' (TYPE_BYTES), Base64 decoding failed", at)
	case p.InlineData != nil && !strings.Contains(p.InlineData.MimeType, "/"):
		return "Unsupported MIME type: " + p.InlineData.MimeType
	case p.FileData != nil && p.FileData.FileURI == "":
		return requestFault(at+".file_data.file_uri", "file_uri must be specified.")
	case p.FunctionCall != nil && p.FunctionCall.Name == "":
		return requestFault(at+".function_call.name", "Name cannot be empty.")
	case p.FunctionResponse != nil && p.FunctionResponse.Name == "":
		return requestFault(at+".function_response.name", "Name cannot be empty.")
	case p.FunctionResponse != nil && !isObject(p.FunctionResponse.Response):
		return fmt.Sprintf("Invalid value at '%s.function_response.response' (type.googleapis.com/google.protobuf.Struct)", at)
	}
	return ""
}

// isBase64 takes both alphabets, padded or not, as the vendor does.
func isBase64(s string) bool {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	_, err := base64.RawStdEncoding.DecodeString(s)
	return err == nil
}
