package sim

import (
	"fmt"
	"net/http"
	"time"
)

// dialect is one vendor's API on the wire. A value serves one request: it reads the request into neutral form, and writes
// the answer, or what is wrong, in the vendor's form. The rest is the frame's and the same for all: keys, limits, faults,
// pacing, the books, and what the model says.
//
// To add a dialect:
//   - Implement it in files named after it: NAME.go has the paths, errors and limit headers, NAME_request.go the request,
//     NAME_answer.go and NAME_stream.go the answer. chat and ollama are the longest and the shortest example.
//   - Give it a function NAMERoutes, called by routes, that registers its paths through answers, those that only count
//     tokens through counts, and its own form of "not found" for the rest of its paths.
//   - Take everything random from turn.rng, in an order that depends on the request alone. Call ids and seals come with the
//     reply.
//   - A request that the vendor would refuse is refused by parse, with the vendor's status and words.
//   - Put the base address into the help of llmgate sim. Test the order of events, the headers of limits, every kind of
//     fault, and that equal requests get equal bytes, as the tests of chat do; and run the vendor's own client against it
//     in the module clients.
type dialect interface {
	// begin draws the ids of the answer, and writes the header with the id of the request. It comes first.
	begin(t *turn)
	// key is the API key that a request brings, "" if none.
	key(r *http.Request) string
	// parse reads and checks a request as the vendor does. What it needs again for the answer it keeps.
	parse(r *http.Request, body []byte) (*request, *failure)
	// refuse words a problem that the frame found, one of the types below.
	refuse(problem error) *failure
	// usual is the vendor's usual error with a status, for a fault that has no body of its own. A wait of 0 is none.
	usual(status int, wait time.Duration) *failure
	// limits tells in headers what the rate limits leave; hint how long to wait. Either may write nothing.
	limits(h http.Header, now time.Time, left allowance)
	hint(h http.Header, wait time.Duration)

	// open writes the headers of a good answer: of a whole one beside those of its body, of a stream all.
	open(h http.Header, stream bool)
	// whole is the answer in one piece, to be written as JSON.
	whole(t *turn) any
	// stream is the answer in pieces. Faults strike after some of the events or between these and the closing ones, of
	// which there is at least one and the last is what a client takes for the end.
	stream(t *turn) (events, closing []event)
	// frame writes one event of a stream.
	frame(name string, data []byte) []byte
	// malformed is an event that is not JSON, failed one that ends a stream with an error.
	malformed() event
	failed(body []byte) event
}

// counter is a dialect with a request that only counts tokens. Such requests are not limited, struck by faults, or in the
// books.
type counter interface {
	dialect
	// count is the answer, to be written as JSON.
	count(t *turn) any
}

// failure is an error response; its body is written as JSON.
type failure struct {
	status int
	body   any
}

// event is a piece of a stream, sent when so many tokens are written: a stream takes as long as the same answer in one
// piece.
type event struct {
	name    string // where the vendor names them
	data    any    // written as JSON, unless it is raw or late
	written int
}

// raw is data written as it is, late data made up only when it is sent.
type (
	raw  string
	late func() any
)

// What the frame may find wrong with a request. Their words are those of a vendor that has none of its own.
type (
	unreadable   struct{}
	unauthorized struct{ key string } // "": there is none
	unknownModel struct{ model string }
	// overflow: prompt and answer do not fit the context together.
	overflow struct{ context, prompt, answer int }
	// limited by a rate limit, for a request of so many tokens. Untold: the wait is not to be given as a hint.
	limited struct {
		verdict
		model  string
		size   int
		untold bool
	}
	// badSchema is that of a tool, or of the format if no tool is named.
	badSchema struct {
		tool, format string
		err          error
	}
)

func (unreadable) Error() string     { return "the request body is too large or broke off" }
func (e unauthorized) Error() string { return "unauthorized" }
func (e unknownModel) Error() string { return fmt.Sprintf("model %q not found", e.model) }
func (e overflow) Error() string {
	return fmt.Sprintf("%d tokens of prompt and %d of answer exceed the context of %d", e.prompt, e.answer, e.context)
}
func (e limited) Error() string {
	return fmt.Sprintf("rate limit of %d %s reached", e.limit, e.dimension)
}
func (e badSchema) Error() string {
	return fmt.Sprintf("invalid schema of %s: %v", e.tool+e.format, e.err)
}

// eventStream writes the headers of server-sent events.
func eventStream(h http.Header) {
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
}

// serverSent frames an event as a server-sent one.
func serverSent(name string, data []byte) []byte {
	out := make([]byte, 0, len("event: ")+len(name)+len("\ndata: ")+len(data)+2)
	if name != "" {
		out = append(append(append(out, "event: "...), name...), '\n')
	}
	return append(append(append(out, "data: "...), data...), "\n\n"...)
}
