package sim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// generateRequest is a request for content, or to count the tokens of one, as far as the simulator cares.
type generateRequest struct {
	Contents          []generateContent  `json:"contents"`
	SystemInstruction *generateContent   `json:"systemInstruction"`
	Tools             []generateTool     `json:"tools"`
	ToolConfig        generateToolConfig `json:"toolConfig"`
	GenerationConfig  generateConfig     `json:"generationConfig"`
	CachedContent     string             `json:"cachedContent"`
	// Whole is where a request to count tokens may have all of the request that is meant.
	Whole *generateRequest `json:"generateContentRequest"`
}

type generateContent struct {
	Role  string         `json:"role,omitempty"`
	Parts []generatePart `json:"parts,omitempty"`
}

// generatePart has one of its kinds of data.
type generatePart struct {
	Text                *string               `json:"text,omitempty"`
	InlineData          *generateBlob         `json:"inlineData,omitempty"`
	FileData            *generateFile         `json:"fileData,omitempty"`
	FunctionCall        *generateCall         `json:"functionCall,omitempty"`
	FunctionResponse    *generateFunctionDone `json:"functionResponse,omitempty"`
	ExecutableCode      json.RawMessage       `json:"executableCode,omitempty"`
	CodeExecutionResult json.RawMessage       `json:"codeExecutionResult,omitempty"`
	Thought             bool                  `json:"thought,omitempty"`
	ThoughtSignature    string                `json:"thoughtSignature,omitempty"`
}

type generateBlob struct {
	MimeType string `json:"mimeType"`
	Data     string `json:"data"`
}

type generateFile struct {
	MimeType string `json:"mimeType"`
	FileURI  string `json:"fileUri"`
}

type generateCall struct {
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
	ID   string          `json:"id,omitempty"`
}

type generateFunctionDone struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Response json.RawMessage `json:"response"`
}

type generateTool struct {
	FunctionDeclarations []generateFunction `json:"functionDeclarations"`
}

type generateFunction struct {
	Name                 string          `json:"name"`
	Description          string          `json:"description"`
	Parameters           json.RawMessage `json:"parameters"`
	ParametersJSONSchema json.RawMessage `json:"parametersJsonSchema"`
}

type generateToolConfig struct {
	Calling struct {
		Mode    string   `json:"mode"`
		Allowed []string `json:"allowedFunctionNames"`
	} `json:"functionCallingConfig"`
}

type generateConfig struct {
	Temperature        *float64         `json:"temperature"`
	TopP               *float64         `json:"topP"`
	TopK               *float64         `json:"topK"`
	CandidateCount     *int             `json:"candidateCount"`
	MaxOutputTokens    *int             `json:"maxOutputTokens"`
	StopSequences      []string         `json:"stopSequences"`
	ResponseMimeType   string           `json:"responseMimeType"`
	ResponseSchema     json.RawMessage  `json:"responseSchema"`
	ResponseJSONSchema json.RawMessage  `json:"responseJsonSchema"`
	Thinking           generateThinking `json:"thinkingConfig"`
}

type generateThinking struct {
	Include bool   `json:"includeThoughts"`
	Budget  *int   `json:"thinkingBudget"`
	Level   string `json:"thinkingLevel"`
}

func (g *generate) parse(_ *http.Request, body []byte) (*request, *failure) {
	if err := g.decode(body); err != nil {
		return nil, err
	}
	if g.Whole != nil {
		g.generateRequest = *g.Whole
	}
	if g.CachedContent != "" {
		return nil, g.fail(newGenerateError(http.StatusForbidden, "CachedContent not found (or permission denied)"))
	}
	for _, check := range []func() string{g.checkConfig, g.checkThinking, g.checkTools, g.checkFormat, g.checkContents, g.checkTurns} {
		if fault := check(); fault != "" {
			return nil, g.invalid(fault)
		}
	}
	return g.neutral(), nil
}

func (g *generate) decode(body []byte) *failure {
	if err := json.Unmarshal(body, new(json.RawMessage)); err != nil {
		return g.invalid("Invalid JSON payload received. " + err.Error())
	}
	kind := "Request"
	if g.method == generateCount {
		kind = "Count"
	}
	var reader generateReader
	body = reader.value(kind, "", body)
	if len(reader.unknown) > 0 {
		message, detail := reader.fault()
		return g.invalid(message, detail)
	}
	err := json.Unmarshal(body, &g.generateRequest)
	if typed, ok := err.(*json.UnmarshalTypeError); ok {
		return g.invalid("Invalid value at '" + underscored(typed.Field) + "' (" + generateTypes[typed.Type.Kind()] + "), " + typed.Value)
	} else if err != nil {
		return g.invalid("Invalid JSON payload received. " + err.Error())
	}
	return nil
}

// generateTypes are the vendor's names of types.
var generateTypes = map[reflect.Kind]string{
	reflect.String: "TYPE_STRING", reflect.Bool: "TYPE_BOOL", reflect.Int: "TYPE_INT32", reflect.Float64: "TYPE_DOUBLE",
	reflect.Slice: "TYPE_MESSAGE", reflect.Struct: "TYPE_MESSAGE",
}

func (g *generate) neutral() *request {
	c := &g.GenerationConfig
	out := &request{
		model: g.model, stream: g.method == generateStream, choice: g.choice(), stops: c.StopSequences,
		thinking: c.Thinking.neutral(), format: c.format(), wordless: true,
	}
	if c.MaxOutputTokens != nil {
		out.most = *c.MaxOutputTokens
	}
	if c.CandidateCount != nil {
		out.choices = *c.CandidateCount
	}
	if g.SystemInstruction != nil {
		out.messages = append(out.messages, message{role: "system", text: g.SystemInstruction.text()})
	}
	for _, one := range g.Contents {
		out.messages = append(out.messages, one.neutral()...)
	}
	for _, f := range g.functions() {
		out.tools = append(out.tools, tool{f.Name, f.Description, f.schema()})
	}
	out.prefixes = g.prefixes(out.tools)
	return out
}

// functions are those of all tools.
func (g *generate) functions() (all []generateFunction) {
	for _, t := range g.Tools {
		all = append(all, t.FunctionDeclarations...)
	}
	return all
}

// schema is that of the parameters, whichever way they are described.
func (f *generateFunction) schema() json.RawMessage {
	if f.Parameters == nil {
		return f.ParametersJSONSchema
	}
	return new(generateSchema).standard(f.Parameters, "")
}

func (c *generateConfig) format() format {
	switch {
	case c.ResponseMimeType != "application/json":
		return format{}
	case c.ResponseSchema != nil:
		return format{kind: "schema", schema: new(generateSchema).standard(c.ResponseSchema, "")}
	case c.ResponseJSONSchema != nil:
		return format{kind: "schema", schema: c.ResponseJSONSchema}
	}
	return format{kind: "json"}
}

// prefixes are the beginnings of the prompt after each content, all of which the vendor caches without being asked.
func (g *generate) prefixes(tools []tool) []prefix {
	c := newImplicitCache()
	size := 0
	if g.SystemInstruction != nil {
		size = sizeOf(g.SystemInstruction.neutral())
	}
	for _, t := range tools {
		size += t.size()
	}
	c.add([]any{g.model, g.SystemInstruction, g.Tools}, size)
	for _, one := range g.Contents {
		c.add(one, sizeOf(one.neutral()))
	}
	return c.prefixes
}

func (g *generate) choice() toolChoice {
	c := &g.ToolConfig.Calling
	modes := map[string]string{"ANY": "required", "NONE": "none"}
	return toolChoice{mode: cmp.Or(modes[strings.ToUpper(c.Mode)], "auto"), allowed: c.Allowed}
}

// neutral thinks a share of the budget, or as much as the level asks for. A model that is asked for nothing doesn't.
func (t *generateThinking) neutral() thinking {
	out := thinking{visible: t.Include}
	switch {
	case t.Budget != nil && *t.Budget >= 0:
		out.tokens = min((*t.Budget+15)/16, reasoningTokens["high"])
	case t.Level != "":
		out.tokens = reasoningTokens[strings.ToLower(t.Level)]
	case t.Include || t.Budget != nil:
		out.tokens = reasoningTokens["medium"]
	}
	return out
}

func (c *generateContent) text() string {
	var out strings.Builder
	for _, p := range c.Parts {
		if p.Text != nil && !p.Thought {
			out.WriteString(*p.Text)
		}
	}
	return out.String()
}

// neutral turns each result of a function into a message of its own. Calls without ids are told by the function's name.
func (c *generateContent) neutral() (out []message) {
	said := message{role: "user", text: c.text()}
	if c.Role == "model" {
		said.role = "assistant"
	}
	for _, p := range c.Parts {
		switch {
		case p.FunctionResponse != nil:
			out = append(out, p.FunctionResponse.neutral())
		case p.FunctionCall != nil:
			said.calls = append(said.calls, call{cmp.Or(p.FunctionCall.ID, p.FunctionCall.Name), p.FunctionCall.Name, string(p.FunctionCall.Args)})
		case p.InlineData != nil:
			said.countMedia(p.InlineData.MimeType)
		case p.FileData != nil:
			said.countMedia(p.FileData.MimeType)
		}
	}
	if len(out) < len(c.Parts) {
		out = append(out, said)
	}
	return out
}

func (m *message) countMedia(mimeType string) {
	if strings.HasPrefix(mimeType, "image/") {
		m.images++
	} else {
		m.files++
	}
}

// neutral reads what the vendor documents for results: one field named after how it went. Anything else is the result as
// it is.
func (r *generateFunctionDone) neutral() message {
	out := message{role: "tool", callID: cmp.Or(r.ID, r.Name), text: string(r.Response)}
	fields, _ := readMembers(r.Response)
	if len(fields) == 1 && slices.Contains([]string{"output", "result", "error"}, fields[0].name) {
		out.failed = fields[0].name == "error"
		if json.Unmarshal(fields[0].value, &out.text) != nil {
			out.text = string(fields[0].value)
		}
	}
	return out
}
