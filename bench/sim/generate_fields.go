package sim

import (
	"encoding/json"
	"fmt"
	"strings"
)

// generateFields are the messages that the vendor's requests consist of, with the names of their fields. After a colon
// comes the message that a field holds: []M is a list of them, {}M a map.
var generateFields = parseFields(map[string]string{
	"Request": `model contents:[]Content systemInstruction:Content tools:[]Tool toolConfig:ToolConfig generationConfig:Config
		safetySettings:[]SafetySetting cachedContent continuationToken labels serviceTier store modelArmorConfig outputConfig`,
	"Count":   `model contents:[]Content systemInstruction:Content tools:[]Tool generationConfig:Config generateContentRequest:Request instances`,
	"Content": "role parts:[]Part",
	"Part": `text thought thoughtSignature inlineData:Blob fileData:FileData functionCall:FunctionCall functionResponse:FunctionResponse
		executableCode codeExecutionResult toolCall toolResponse videoMetadata partMetadata mediaResolution mediaProcessing speechMetadata
		audioTranscription`,
	"Blob":             "mimeType data displayName",
	"FileData":         "mimeType fileUri displayName",
	"FunctionCall":     "id name args partialArgs willContinue",
	"FunctionResponse": "id name response parts willContinue scheduling",
	"Tool": `functionDeclarations:[]Function googleSearch googleSearchRetrieval codeExecution urlContext computerUse fileSearch googleMaps
		mcpServers retrieval enterpriseWebSearch exaAiSearch parallelAiSearch`,
	"Function":      "name description parameters:Schema parametersJsonSchema response:Schema responseJsonSchema behavior",
	"ToolConfig":    "functionCallingConfig:Calling retrievalConfig includeServerSideToolInvocations",
	"Calling":       "mode allowedFunctionNames streamFunctionCallArguments",
	"SafetySetting": "category threshold method",
	"Config": `temperature topP topK candidateCount maxOutputTokens stopSequences responseMimeType responseSchema:Schema
		responseJsonSchema presencePenalty frequencyPenalty responseLogprobs logprobs responseModalities seed thinkingConfig:Thinking
		speechConfig mediaResolution imageConfig audioTimestamp audioTranscriptionConfig translationConfig routingConfig modelConfig
		modelSelectionConfig responseFormat enableAffectiveDialog enableEnhancedCivicAnswers`,
	"Thinking": "includeThoughts thinkingBudget thinkingLevel",
	"Schema": `type format title description nullable default items:Schema minItems maxItems enum properties:{}Schema
		propertyOrdering required minProperties maxProperties minimum maximum minLength maxLength pattern example anyOf:[]Schema`,
})

func parseFields(messages map[string]string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for name, fields := range messages {
		out[name] = map[string]string{}
		for _, field := range strings.Fields(fields) {
			field, kind, _ := strings.Cut(field, ":")
			out[name][field] = kind
		}
	}
	return out
}

// generateReader rewrites a request as the vendor understands it: names may be spelt with underscores, and a list of one
// message may lack its brackets. It gathers the names that are unknown.
type generateReader struct{ unknown []generateUnknown }

type generateUnknown struct{ name, at string }

// value reads a value of a kind, which stands at a path. What has another form is left to be found by the decoder.
func (g *generateReader) value(kind, at string, b json.RawMessage) json.RawMessage {
	if of, ok := strings.CutPrefix(kind, "[]"); ok {
		return g.list(of, at, b)
	}
	fields, ok := readMembers(b)
	if kind == "" || !ok {
		return b
	}
	of, isMap := strings.CutPrefix(kind, "{}")
	for i, f := range fields {
		if isMap {
			fields[i].value = g.value(of, fmt.Sprintf("%s[%d].value", at, i), f.value)
			continue
		}
		name := lowerCamel(f.name)
		inner, known := generateFields[kind][name]
		if !known {
			g.unknown = append(g.unknown, generateUnknown{f.name, at})
		}
		fields[i] = member{name, g.value(inner, under(at, name), f.value)}
	}
	return fields.json()
}

func (g *generateReader) list(kind, at string, b json.RawMessage) json.RawMessage {
	values := []json.RawMessage{b}
	if !isObject(b) && json.Unmarshal(b, &values) != nil {
		return b
	}
	for i, v := range values {
		values[i] = g.value(kind, fmt.Sprintf("%s[%d]", at, i), v)
	}
	out, _ := json.Marshal(values)
	return out
}

// fault says which names are unknown, in the vendor's words.
func (g *generateReader) fault() (message string, detail generateDetail) {
	var lines []string
	var violations []map[string]string
	for _, u := range g.unknown {
		violation := map[string]string{}
		line := fmt.Sprintf("Invalid JSON payload received. Unknown name %q", u.name)
		if u.at != "" {
			line += " at '" + u.at + "'"
			violation["field"] = u.at
		}
		line += ": Cannot find field."
		violation["description"] = line
		lines, violations = append(lines, line), append(violations, violation)
	}
	return strings.Join(lines, "\n"), generateDetail{"@type": detailType + "BadRequest", "fieldViolations": violations}
}

// under is the path of a field of the message at a path, as errors have it.
func under(at, field string) string { return strings.TrimPrefix(at+"."+underscored(field), ".") }

func lowerCamel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

func underscored(name string) string {
	var out strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			out.WriteByte('_')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}
