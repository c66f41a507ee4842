package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// messages is Anthropic's Messages API.
type messages struct {
	messagesRequest
	id        string
	requestID string
	// counting: the request only counts tokens.
	counting bool
}

func (s *Sim) messagesRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /v1/messages", s.answers(func() dialect { return new(messages) }))
	mux.HandleFunc("POST /v1/messages/count_tokens", s.counts(func() counter { return &messages{counting: true} }))
	for _, path := range []string{"/v1/messages", "/v1/messages/count_tokens"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			s.messagesFail(w, http.StatusMethodNotAllowed, "invalid_request_error", "Method Not Allowed")
		})
	}
	mux.HandleFunc("/v1/messages/", func(w http.ResponseWriter, _ *http.Request) {
		s.messagesFail(w, http.StatusNotFound, "not_found_error", "Not Found")
	})
}

func (m *messages) begin(t *turn) {
	m.id, m.requestID = "msg_01"+randomID(t.rng, 22), "req_011"+randomID(t.rng, 21)
	t.w.Header().Set("Request-Id", m.requestID)
	t.w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat)) // what the times of resets are to be read against
}

// key is in a header of its own, or, if it is a token, in the usual one.
func (m *messages) key(r *http.Request) string { return messagesKey(r) }

func messagesKey(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return key
}

func (m *messages) limits(h http.Header, now time.Time, left allowance) {
	tokens := left.tokens
	if tokens.limit == 0 { // what both others leave together
		tokens = state{left.input.limit + left.output.limit, left.input.remaining + left.output.remaining, max(left.input.reset, left.output.reset)}
	}
	for _, one := range []struct {
		name string
		state
		unit int
	}{{"Requests", left.requests, 1}, {"Tokens", tokens, 1000}, {"Input-Tokens", left.input, 1000}, {"Output-Tokens", left.output, 1000}} {
		if one.limit > 0 {
			name := "Anthropic-Ratelimit-" + one.name
			h.Set(name+"-Limit", strconv.Itoa(one.limit))
			h.Set(name+"-Remaining", strconv.Itoa((one.remaining+one.unit/2)/one.unit*one.unit))
			h.Set(name+"-Reset", now.Add(one.reset+time.Second-1).UTC().Truncate(time.Second).Format(time.RFC3339))
		}
	}
}

func (m *messages) hint(h http.Header, wait time.Duration) { h.Set("Retry-After", wholeSeconds(wait)) }

func (m *messages) refuse(problem error) *failure {
	switch p := problem.(type) {
	case unreadable:
		return m.failure(http.StatusRequestEntityTooLarge, "request_too_large", "Request exceeds the maximum size")
	case unauthorized:
		return m.failure(http.StatusUnauthorized, "authentication_error", p.messages())
	case unknownModel:
		return m.failure(http.StatusNotFound, "not_found_error", "model: "+p.model)
	case overflow:
		if p.prompt >= p.context {
			return m.invalid(fmt.Sprintf("prompt is too long: %d tokens > %d maximum", p.prompt, p.context))
		}
		return m.invalid(fmt.Sprintf("input length and `max_tokens` exceed context limit: %d + %d > %d, decrease input length or `max_tokens` and try again", p.prompt, p.answer, p.context))
	case limited:
		return m.failure(http.StatusTooManyRequests, "rate_limit_error", fmt.Sprintf("This request would exceed your organization's rate limit of %d %s per minute (org: org-simulator, model: %s). For details, refer to: https://docs.claude.com/en/api/rate-limits.", p.limit, p.dimension, p.model))
	case badSchema:
		if p.tool != "" {
			return m.invalid("tools." + strconv.Itoa(m.toolIndex(p.tool)) + ".custom.input_schema: JSON schema is invalid: " + p.err.Error())
		}
		return m.invalid("output_config.format.schema: " + p.err.Error())
	}
	return m.invalid(problem.Error())
}

func (e unauthorized) messages() string {
	if e.key == "" {
		return "x-api-key header is required"
	}
	return "invalid x-api-key"
}

// messagesErrors are the types and words of the vendor's errors by status.
var messagesErrors = map[int][2]string{
	http.StatusBadRequest:            {"invalid_request_error", "Invalid request."},
	http.StatusUnauthorized:          {"authentication_error", "invalid x-api-key"},
	http.StatusPaymentRequired:       {"billing_error", "There is an issue with your billing or payment information."},
	http.StatusForbidden:             {"permission_error", "Your API key does not have permission to use the specified resource."},
	http.StatusNotFound:              {"not_found_error", "The requested resource could not be found."},
	http.StatusConflict:              {"conflict_error", "The request conflicts with the current state of the resource."},
	http.StatusRequestEntityTooLarge: {"request_too_large", "Request exceeds the maximum size"},
	http.StatusTooManyRequests:       {"rate_limit_error", "This request would exceed your organization's rate limit."},
	http.StatusGatewayTimeout:        {"timeout_error", "The request timed out."},
	529:                              {"overloaded_error", "Overloaded"},
}

func (m *messages) usual(status int, _ time.Duration) *failure {
	if e, ok := messagesErrors[status]; ok {
		return m.failure(status, e[0], e[1])
	}
	return m.failure(status, "api_error", "Internal server error")
}

// messagesErrorBody is an error as the vendor writes it.
type messagesErrorBody struct {
	Type  string `json:"type"`
	Error struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
	RequestID string `json:"request_id"`
}

func (m *messages) failure(status int, kind, message string) *failure {
	e := messagesErrorBody{Type: "error", RequestID: m.requestID}
	e.Error.Type, e.Error.Message = kind, message
	return &failure{status, e}
}

func (m *messages) invalid(message string) *failure {
	return m.failure(http.StatusBadRequest, "invalid_request_error", message)
}

// messagesFail refuses what doesn't come to a request for the model.
func (s *Sim) messagesFail(w http.ResponseWriter, status int, kind, message string) {
	m := &messages{requestID: "req_011" + randomID(s.rngFor(nil), 21)}
	w.Header().Set("Request-Id", m.requestID)
	writeJSON(w, status, m.failure(status, kind, message).body)
}
