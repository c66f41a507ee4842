package cache

import (
	"unsafe"

	"github.com/seed63918563/llmgate/request"
)

// overhead is what an entry costs besides its texts: the response, its place in the list and in the map.
const overhead = int64(unsafe.Sizeof(request.Response{})) + int64(unsafe.Sizeof(entry{})) + 200

// sizeOf estimates the memory that an answer takes. Texts that repeat one another are counted each time, whether they share
// memory or not; that makes up for the room that buffers have left over.
func sizeOf(r *request.Response) int64 {
	n := overhead + length(r.Content, r.Reasoning, r.Refusal, r.RawFinishReason, r.Provider, r.Model, r.ID, r.RequestID, r.ServiceTier)
	for _, p := range r.Parts {
		n += partSize(p)
	}
	for _, c := range r.ToolCalls {
		n += partSize(c)
	}
	for _, w := range r.Warnings {
		n += int64(unsafe.Sizeof(w)) + length(w.Field, w.Message)
	}
	for unit := range r.Usage.Units {
		n += 64 + length(unit)
	}
	return n
}

// partOverhead is the largest part without its texts, and the interface that holds it.
const partOverhead = int64(unsafe.Sizeof(request.FilePart{})) + 16

func partSize(p request.Part) int64 {
	switch p := p.(type) {
	case request.TextPart:
		return partOverhead + length(p.Text, p.Signature)
	case request.ImagePart:
		return partOverhead + length(p.URL, p.MediaType, p.Detail, p.Signature) + int64(len(p.Data))
	case request.FilePart:
		return partOverhead + length(p.URL, p.ID, p.MediaType, p.Name) + int64(len(p.Data))
	case request.AudioPart:
		return partOverhead + length(p.URL, p.MediaType, p.Transcript) + int64(len(p.Data))
	case request.ToolCall:
		return partOverhead + length(p.ID, p.Name, p.Arguments, p.Signature)
	case request.ReasoningPart:
		return partOverhead + length(p.Text, p.Signature, p.Encrypted, p.ID, p.Format)
	case request.ToolResult:
		n := partOverhead + length(p.CallID, p.Name, p.Content)
		for _, inner := range p.Parts {
			n += partSize(inner)
		}
		return n
	}
	return partOverhead
}

func length(texts ...string) (n int64) {
	for _, s := range texts {
		n += int64(len(s))
	}
	return n
}
