package gemini_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/request"
)

// summary is what an exchange comes to, for comparing.
type summary struct {
	ID, Model, Content, Reasoning, Finish string
	Calls                                 []callSummary
	Signatures                            []string
	Media                                 []string
	Prompt, Output, Thoughts, Read        int
	AudioIn, ImageIn, AudioOut, ImageOut  int
}

type callSummary struct {
	ID, Name  string
	Arguments any
}

func summarise(t *testing.T, r *request.Response) summary {
	t.Helper()
	s := summary{
		ID: r.ID, Model: r.Model, Content: r.Content, Reasoning: r.Reasoning, Finish: r.RawFinishReason,
		Prompt: r.Usage.PromptTokens(), Output: r.Usage.OutputTokens, Thoughts: r.Usage.ReasoningTokens, Read: r.Usage.CacheReadTokens,
		AudioIn: r.Usage.AudioInputTokens, ImageIn: r.Usage.ImageInputTokens, AudioOut: r.Usage.AudioOutputTokens, ImageOut: r.Usage.ImageOutputTokens,
	}
	for _, p := range r.Parts {
		switch p := p.(type) {
		case request.TextPart:
			s.sign(p.Signature)
		case request.ReasoningPart:
			s.sign(p.Signature)
		case request.ImagePart:
			s.Media = append(s.Media, p.MediaType)
			s.sign(p.Signature)
		case request.AudioPart:
			s.Media = append(s.Media, p.MediaType)
		case request.ToolCall:
			c := callSummary{ID: p.ID, Name: p.Name}
			if err := json.Unmarshal([]byte(p.Arguments), &c.Arguments); err != nil {
				t.Errorf("arguments %q: %v", p.Arguments, err)
			}
			if strings.HasPrefix(c.ID, "call_"+r.ID+"_") {
				c.ID = "" // made up
			}
			s.Calls = append(s.Calls, c)
			s.sign(p.Signature)
		}
	}
	return s
}

func (s *summary) sign(signature string) {
	if signature != "" {
		s.Signatures = append(s.Signatures, signature)
	}
}

type object = recorded.Object

// extract reads a recorded body with encoding/json alone, without the client's code.
func extract(t *testing.T, x *recorded.Exchange) summary {
	t.Helper()
	var s summary
	for _, doc := range x.Documents() {
		o := recorded.Parse(t, doc)
		s.ID, s.Model = recorded.Text(o, "responseId"), recorded.Text(o, "modelVersion")
		for _, c := range recorded.List(o, "candidates") {
			candidate := c.(object)
			if reason := recorded.Text(candidate, "finishReason"); reason != "" {
				s.Finish = reason
			}
			content, _ := candidate["content"].(object)
			for _, p := range recorded.List(content, "parts") {
				s.take(p.(object))
			}
		}
		s.count(o["usageMetadata"])
	}
	return s
}

func (s *summary) take(p object) {
	s.sign(recorded.Text(p, "thoughtSignature"))
	if call, ok := p["functionCall"].(object); ok {
		args, ok := call["args"]
		if !ok {
			args = object{}
		}
		s.Calls = append(s.Calls, callSummary{recorded.Text(call, "id"), recorded.Text(call, "name"), args})
	}
	if data, ok := p["inlineData"].(object); ok {
		s.Media = append(s.Media, recorded.Text(data, "mimeType"))
	}
	if p["thought"] == true {
		s.Reasoning += recorded.Text(p, "text")
	} else {
		s.Content += recorded.Text(p, "text")
	}
}

func (s *summary) count(v any) {
	u, _ := v.(object)
	if _, ok := u["promptTokenCount"]; !ok {
		return
	}
	s.Thoughts, s.Read = recorded.Number(u, "thoughtsTokenCount"), recorded.Number(u, "cachedContentTokenCount")
	s.Prompt = recorded.Number(u, "promptTokenCount") + recorded.Number(u, "toolUsePromptTokenCount")
	s.Output = recorded.Number(u, "candidatesTokenCount") + s.Thoughts
	s.AudioIn, s.ImageIn = modalities(u["promptTokensDetails"])
	audio, image := modalities(u["cacheTokensDetails"])
	s.AudioIn, s.ImageIn = s.AudioIn-audio, s.ImageIn-image
	s.AudioOut, s.ImageOut = modalities(u["candidatesTokensDetails"])
}

func modalities(v any) (audio, image int) {
	for _, m := range recorded.List(v) {
		switch detail := m.(object); detail["modality"] {
		case "AUDIO":
			audio += recorded.Number(detail, "tokenCount")
		case "IMAGE":
			image += recorded.Number(detail, "tokenCount")
		}
	}
	return audio, image
}

// meaning reads a request body and takes out what makes no difference. Ids that only link a call to its result are left out
// where the body that it is compared with has none.
func meaning(t *testing.T, body, other []byte) object {
	t.Helper()
	o := recorded.Parse(t, body)
	if system, ok := o["systemInstruction"].(object); ok {
		delete(system, "role") // has no meaning here
	}
	for _, v := range recorded.List(o, "tools") {
		for _, f := range recorded.List(v, "functionDeclarations") {
			declaration := f.(object)
			if schema, ok := declaration["parameters"]; ok {
				delete(declaration, "parameters")
				declaration["parametersJsonSchema"] = jsonSchema(schema)
			}
		}
	}
	config, _ := o["generationConfig"].(object)
	if schema, ok := config["responseSchema"]; ok {
		delete(config, "responseSchema")
		config["responseJsonSchema"] = jsonSchema(schema)
	}
	if len(config) == 0 {
		delete(o, "generationConfig")
	}
	for _, v := range recorded.List(o, "contents") {
		plainContent(v.(object), other != nil && !strings.Contains(string(other), `"id"`))
	}
	return o
}

func plainContent(content object, withoutIDs bool) {
	if content["role"] == nil {
		content["role"] = "user"
	}
	for _, v := range recorded.List(content, "parts") {
		for _, name := range []string{"functionCall", "functionResponse"} {
			if link, ok := v.(object)[name].(object); ok && withoutIDs {
				delete(link, "id")
			}
		}
		if call, ok := v.(object)["functionCall"].(object); ok && call["args"] == nil {
			call["args"] = object{}
		}
	}
}

// jsonSchema turns the API's own notation of a schema into JSON Schema.
func jsonSchema(v any) any {
	schema, ok := v.(object)
	if !ok {
		return v
	}
	out := object{}
	for key, value := range schema {
		switch key {
		case "type":
			out[key] = strings.ToLower(value.(string))
		case "properties":
			properties := object{}
			for name, property := range value.(object) {
				properties[name] = jsonSchema(property)
			}
			out[key] = properties
		case "items":
			out[key] = jsonSchema(value)
		case "anyOf":
			var all []any
			for _, one := range recorded.List(value) {
				all = append(all, jsonSchema(one))
			}
			out[key] = all
		case "nullable":
		default:
			out[key] = value
		}
	}
	if schema["nullable"] == true {
		out["type"] = []any{out["type"], "null"}
	}
	return out
}
