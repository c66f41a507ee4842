package request

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Part is a piece of a message or an answer. The set is closed: the types of this file, always as values, never as
// pointers ([Request.Validate] reports a pointer).
type Part interface{ part() }

// TextPart is plain text.
type TextPart struct {
	Text string
	// Signature is opaque proof that some providers want back unchanged.
	Signature string
}

// ImagePart is an image, by URL or as bytes; exactly one of the two.
type ImagePart struct {
	URL  string
	Data []byte
	// MediaType such as "image/png". Empty: recognised from Data.
	MediaType string
	// Detail is the provider's resolution hint: "low", "high" or "auto".
	Detail string
	// Signature is opaque proof that some providers want back unchanged, on images that a model made.
	Signature string
}

// FilePart is a document, usually a PDF: by URL, as bytes, or by the ID of a file the provider holds; exactly one.
type FilePart struct {
	URL  string
	Data []byte
	ID   string
	// MediaType such as "application/pdf". Empty: recognised from Data.
	MediaType string
	// Name is the file's name as shown to the model.
	Name string
}

// AudioPart is sound, by URL or as bytes; exactly one of the two.
type AudioPart struct {
	URL  string
	Data []byte
	// MediaType such as "audio/wav" or "audio/mpeg". Empty: recognised from Data.
	MediaType string
	// Transcript is the text of sound that a model produced.
	Transcript string
}

// ToolCall is the model's wish to have a function called.
type ToolCall struct {
	// ID links the call to its [ToolResult].
	ID   string
	Name string
	// Arguments is the JSON object as the model wrote it; a model may write invalid JSON.
	Arguments string
	// Signature is opaque proof that some providers want back unchanged.
	Signature string
}

// Decode unmarshals the arguments into v; an empty text counts as an empty object. It fails on what is not JSON for v.
func (c ToolCall) Decode(v any) error {
	args := c.Arguments
	if args == "" {
		args = "{}"
	}
	if err := json.Unmarshal([]byte(args), v); err != nil {
		return fmt.Errorf("arguments of tool call %s (%s): %w", c.Name, c.ID, errors.Join(ErrInvalid, err))
	}
	return nil
}

// ToolResult answers a [ToolCall]. Content is the plain case and stands before Parts, which may hold text, images and files.
type ToolResult struct {
	CallID string
	// Name of the called tool. Empty: taken from the call it answers.
	Name    string
	Content string
	Parts   []Part
	// IsError tells the model that the call failed.
	IsError bool
}

// ReasoningPart is what the model thought. It must go back unchanged, and in its place, in a tool loop with the same model.
type ReasoningPart struct {
	// Text is the thinking, or its summary where Summary is set.
	Text    string
	Summary bool
	// Signature is opaque proof of Text.
	Signature string
	// Encrypted is opaque reasoning that stands in for a Text the provider does not show.
	Encrypted string
	// ID and Format are the provider's identifiers of the item and of its opaque encoding.
	ID     string
	Format string
}

// CacheBreakpoint marks the end of a prefix worth caching at the provider: everything up to the part before it.
type CacheBreakpoint struct {
	// TTL is how long the provider should keep the prefix; 0 is the provider's default. Providers offer few values.
	TTL time.Duration
}

func (TextPart) part()        {}
func (ImagePart) part()       {}
func (FilePart) part()        {}
func (AudioPart) part()       {}
func (ToolCall) part()        {}
func (ToolResult) part()      {}
func (ReasoningPart) part()   {}
func (CacheBreakpoint) part() {}
