package request

// Chunk is a piece of a streamed answer. Most chunks carry one delta; the last one carries the whole Response.
type Chunk struct {
	// Content is the next piece of text.
	Content string
	// Reasoning is the next piece of readable reasoning.
	Reasoning string
	// ToolCall is the next piece of a tool call, or its zero value.
	ToolCall ToolCallDelta
	// Part is a part that arrives whole, such as an image or opaque reasoning.
	Part Part
	// Limits, on the first chunk, are the rate limits of the response headers.
	Limits *Limits
	// Response, on the last chunk and only there, is the answer as Complete would have returned it. A stream that ends
	// without it was cut.
	Response *Response
}

// ToolCallDelta is a piece of a tool call. Pieces of calls may interleave; those of one Index belong together and their
// Arguments are to be joined. ID and Name come with the first piece.
type ToolCallDelta struct {
	Index     int
	ID        string
	Name      string
	Arguments string
	Signature string
}

// IsZero reports that the delta carries nothing.
func (d ToolCallDelta) IsZero() bool {
	return d.ID == "" && d.Name == "" && d.Arguments == "" && d.Signature == ""
}
