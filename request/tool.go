package request

import "encoding/json"

// Tool is a function that the model may ask to have called.
type Tool struct {
	Name        string
	Description string
	// Parameters is the JSON Schema of the arguments, an object schema. Empty: the tool takes no arguments.
	Parameters json.RawMessage
	// Strict asks the provider to hold the arguments to the schema.
	Strict *bool
	// Cache ends a cacheable prefix after this tool.
	Cache *CacheBreakpoint
}

// ToolMode says whether the model must call a tool.
type ToolMode string

// The modes. The empty mode leaves the choice to the provider's default.
const (
	ToolAuto     ToolMode = "auto"
	ToolNone     ToolMode = "none"
	ToolRequired ToolMode = "required"
	ToolNamed    ToolMode = "named"
)

// ToolChoice directs the use of tools. Name is the tool to call under [ToolNamed].
type ToolChoice struct {
	Mode ToolMode
	Name string
}

// FormatType is the shape of an answer.
type FormatType string

// The shapes. The empty type is the provider's default, text.
const (
	FormatText       FormatType = "text"
	FormatJSON       FormatType = "json"
	FormatJSONSchema FormatType = "json_schema"
)

// ResponseFormat asks for an answer of a certain shape. Name, Description, Schema and Strict belong to [FormatJSONSchema].
type ResponseFormat struct {
	Type FormatType
	// Name of the schema; empty is sent as "response".
	Name        string
	Description string
	Schema      json.RawMessage
	// Strict makes the provider hold the answer to the schema.
	Strict bool
}
