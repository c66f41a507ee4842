package sim

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"time"
)

// responses is OpenAI's Responses API. Nothing is stored: an answer can't be fetched or referred to later, and a
// conversation has to come whole with every request.
type responses struct {
	openai
	responsesRequest
	rng     *rand.Rand
	id      string
	created int64
	// begun is the response as a stream begins, sent how many of its events are on their way.
	begun responsesObject
	sent  int
}

func (s *Sim) responsesRoutes(mux *http.ServeMux) {
	for _, path := range []string{"/v1/responses", "/openai/v1/responses"} {
		mux.HandleFunc("POST "+path, s.answers(func() dialect { return new(responses) }))
		mux.HandleFunc("POST "+path+"/input_tokens", s.counts(func() counter { return new(responses) }))
		mux.HandleFunc(path, chatNotAllowed)
		mux.HandleFunc(path+"/{id}", s.responsesMissing)
		mux.HandleFunc(path+"/{id}/{part}", s.responsesMissing)
	}
}

// responsesMissing answers who asks for a stored response.
func (s *Sim) responsesMissing(w http.ResponseWriter, r *http.Request) {
	if key := chatKey(r); !s.authorized(key) {
		chatFail(w, unauthorized{key}.chat())
		return
	}
	chatFail(w, chatError(http.StatusNotFound, "invalid_request_error", "", "", "Response with id '"+r.PathValue("id")+"' not found."))
}

func (r *responses) begin(t *turn) {
	r.rng = t.rng
	r.id, r.created = "resp_"+randomID(t.rng, 50), time.Now().Unix()
	t.w.Header().Set("X-Request-Id", "req_"+randomID(t.rng, 32))
}

func (r *responses) refuse(problem error) *failure {
	switch p := problem.(type) {
	case overflow:
		return invalid("input", "context_length_exceeded", "Your input exceeds the context window of this model. Please adjust your input and try again.")
	case badSchema:
		if p.tool != "" {
			return invalid("tools", "invalid_function_parameters", "Invalid schema for function '"+p.tool+"': "+p.err.Error())
		}
		return invalid("text.format.schema", "invalid_json_schema", "Invalid schema for response_format '"+p.format+"': "+p.err.Error())
	}
	return r.openai.refuse(problem)
}

func (r *responses) frame(name string, data []byte) []byte {
	r.sent++
	return serverSent(name, data)
}

func (r *responses) malformed() event {
	return event{name: "response.output_text.delta", data: raw(`{"type":"response.output_text.delta","content_index":0,"delta":"`)}
}

// failed makes the vendor's two kinds of events of an error: what broke off on the server fails the response, anything else
// stands beside it. A body that is an event, or no error, goes out as it is.
func (r *responses) failed(body []byte) event {
	var own struct{ Type string }
	var e chatErrorBody
	_, _ = json.Unmarshal(body, &own), json.Unmarshal(body, &e)
	switch {
	case own.Type != "" || e.Error.Message == "":
		return event{name: cmp.Or(own.Type, "error"), data: raw(body)}
	case e.Error.Type != "server_error":
		return event{name: "error", data: responsesEvent{Type: "error", SequenceNumber: r.sent, Error: &e.Error}}
	}
	failed := r.begun
	failed.Status, failed.Error = "failed", &responsesError{"server_error", e.Error.Message}
	return event{name: "response.failed", data: responsesEvent{Type: "response.failed", SequenceNumber: r.sent, Response: &failed}}
}
