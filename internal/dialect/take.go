package dialect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// Readers walk a document of an answer, a message in it, a block or delta of that, and a value of that. They are reused for
// their memory and belong to a Call while a Codec reads for it.
type Readers struct{ Outer, Inner, Block, Value jsontext.Reader }

var readerPool = sync.Pool{New: func() any { return new(Readers) }}

func (cl *Call) borrow() { cl.Readers = readerPool.Get().(*Readers) }

func (cl *Call) giveBack() {
	readerPool.Put(cl.Readers)
	cl.Readers = nil
}

// Unquoted is the text of a JSON string, valid until the next call; nothing for any other value.
func (cl *Call) Unquoted(raw []byte) []byte {
	cl.Value.Reset(raw)
	if cl.Value.Kind() != jsontext.String {
		return nil
	}
	return cl.Value.Text()
}

// TakeText takes a JSON string of the answer's text, TakeReason of its readable reasoning.
func (cl *Call) TakeText(raw []byte, out Emit)   { cl.AddText(cl.Unquoted(raw), out) }
func (cl *Call) TakeReason(raw []byte, out Emit) { cl.AddReason(cl.Unquoted(raw), out) }

// AddText adds to the answer's text and hands on what it added, if anything; AddReason to its readable reasoning.
func (cl *Call) AddText(text []byte, out Emit) string {
	s := cl.Parts.Text(text)
	if s != "" {
		out.Send(request.Chunk{Content: s})
	}
	return s
}

func (cl *Call) AddReason(text []byte, out Emit) {
	if s := cl.Parts.Reason(text); s != "" {
		out.Send(request.Chunk{Reasoning: s})
	}
}

// AddPart adds a part that came in one piece.
func (cl *Call) AddPart(p request.Part, out Emit) {
	cl.Parts.Part(p)
	out.Send(request.Chunk{Part: p})
}

// AddSound adds to the sound that a model made. In a stream it comes in pieces; they are one part, which ends the answer.
func (cl *Call) AddSound(mediaType string, data []byte, transcript string) {
	if cl.sound == nil {
		cl.sound = &request.AudioPart{MediaType: mediaType}
	}
	cl.sound.Data = append(cl.sound.Data, data...)
	cl.sound.Transcript += transcript
}

// endSound makes a part of the sound that has come.
func (cl *Call) endSound() {
	if s := cl.sound; s != nil && (len(s.Data) > 0 || s.Transcript != "") {
		cl.Parts.Part(*s)
	}
	cl.sound = nil
}

// MaxCalls bounds the tool calls of one answer, so that a server can't make the client reserve memory without end.
const MaxCalls = 1024

// BeginCall gives the number of another tool call. One too many fails the answer.
func (cl *Call) BeginCall() (n int, ok bool) {
	if cl.calls == MaxCalls {
		cl.Fail(TooMany(MaxCalls, "tool calls in one answer"))
		return -1, false
	}
	cl.calls++
	return cl.calls - 1, true
}

// Calls is how many tool calls have begun.
func (cl *Call) Calls() int { return cl.calls }

// MadeUp begins the ids of calls to which a server gave none.
const MadeUp = "call_"

// CallID is the id of the tool call of that number, made up if it was given none.
func (cl *Call) CallID(given string, n int) string {
	if given != "" {
		return given
	}
	return MadeUp + cmp.Or(cl.Response.ID, "0") + "_" + strconv.Itoa(n)
}

// TooMany is the failure of an answer that holds more of something than it may.
func TooMany(most int, what string) *edge.Failure {
	return &edge.Failure{Message: fmt.Sprintf("more than %d %s", most, what)}
}

// Fail records an error object, if it says anything.
func (cl *Call) Fail(found *edge.Failure) {
	if found != nil {
		cl.Failure = found
	}
}

// Warn notes once on the response what happened to the answer on its way.
func (cl *Call) Warn(field, message string) {
	w := request.Warning{Field: field, Message: message}
	if !slices.Contains(cl.Response.Warnings, w) {
		cl.Response.Warnings = append(cl.Response.Warnings, w)
	}
}

// WarnOpaque notes that things of a type were kept without being understood.
func (cl *Call) WarnOpaque(things, kind string) {
	cl.Warn("content", things+" of type "+kind+" are kept as opaque parts: the vocabulary has no name for them")
}
