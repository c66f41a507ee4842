package request

import "iter"

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

// Chunks gives a whole answer as the deltas of a stream, one for each part, two where reasoning has proof, without the last
// chunk, which carries the Response itself. It is for writers of Clients that have the answer already.
func (r *Response) Chunks() iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		calls := 0
		for _, part := range r.Parts {
			more := true
			switch p := part.(type) {
			case TextPart:
				more = p.Text == "" || yield(Chunk{Content: p.Text})
			case ReasoningPart:
				more = p.yieldChunks(yield)
			case ToolCall:
				more = yield(Chunk{ToolCall: ToolCallDelta{
					Index: calls, ID: p.ID, Name: p.Name, Arguments: p.Arguments, Signature: p.Signature,
				}})
				calls++
			default:
				more = yield(Chunk{Part: p})
			}
			if !more {
				return
			}
		}
	}
}

// yieldChunks gives the text and then what else there is, as the Assembler takes it.
func (p ReasoningPart) yieldChunks(yield func(Chunk) bool) bool {
	if p.Text != "" && !yield(Chunk{Reasoning: p.Text}) {
		return false
	}
	p.Text = ""
	return p == (ReasoningPart{}) || yield(Chunk{Part: p})
}
