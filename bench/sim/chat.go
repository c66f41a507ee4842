package sim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// openai is what the APIs of this vendor have in common.
type openai struct{}

// chat is OpenAI's Chat Completions API.
type chat struct {
	openai
	chatRequest
	rng     *rand.Rand
	id      string
	created int64
}

func newChat() dialect { return new(chat) }

func (s *Sim) chatRoutes(mux *http.ServeMux) {
	answers := s.answers(newChat)
	mux.HandleFunc("POST /v1/chat/completions", answers)
	mux.HandleFunc("POST /openai/v1/chat/completions", answers)
	mux.HandleFunc("POST /openai/deployments/{model}/chat/completions", answers)
	for _, path := range []string{"/v1/chat/completions", "/openai/v1/chat/completions", "/v1/models"} {
		mux.HandleFunc(path, chatNotAllowed)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		chatFail(w, chatError(http.StatusNotFound, "invalid_request_error", "", "unknown_url", "Unknown request URL: "+r.Method+" "+r.URL.Path+". Please check the URL for typos, or see the docs at https://platform.openai.com/docs/api-reference/."))
	})
}

func chatNotAllowed(w http.ResponseWriter, r *http.Request) {
	chatFail(w, chatError(http.StatusMethodNotAllowed, "invalid_request_error", "", "method_not_supported", "Not allowed to "+r.Method+" on "+r.URL.Path+". (HINT: Perhaps you meant to use a different HTTP method?)"))
}

func chatFail(w http.ResponseWriter, f *failure) { writeJSON(w, f.status, f.body) }

func (c *chat) begin(t *turn) {
	c.rng = t.rng
	c.id, c.created = "chatcmpl-"+randomID(t.rng, 29), time.Now().Unix()
	t.w.Header().Set("X-Request-Id", "req_"+randomID(t.rng, 32))
}

// key is in the usual header, or in Azure's.
func (openai) key(r *http.Request) string { return chatKey(r) }

func chatKey(r *http.Request) string {
	if key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); key != "" {
		return key
	}
	return r.Header.Get("Api-Key")
}

func (openai) limits(h http.Header, _ time.Time, left allowance) {
	for _, one := range []struct {
		name string
		state
	}{{"Requests", left.requests}, {"Tokens", left.tokens}} {
		if one.limit > 0 {
			h.Set("X-Ratelimit-Limit-"+one.name, strconv.Itoa(one.limit))
			h.Set("X-Ratelimit-Remaining-"+one.name, strconv.Itoa(one.remaining))
			h.Set("X-Ratelimit-Reset-"+one.name, wholeMilliseconds(one.reset).String())
		}
	}
}

func (openai) hint(h http.Header, wait time.Duration) { setRetryAfter(h, wait) }

// setRetryAfter writes a wait in the vendor's two headers.
func setRetryAfter(h http.Header, d time.Duration) {
	h.Set("Retry-After", wholeSeconds(d))
	h.Set("Retry-After-Ms", strconv.FormatInt(wholeMilliseconds(d).Milliseconds(), 10))
}

func (c *chat) refuse(problem error) *failure {
	switch p := problem.(type) {
	case overflow:
		return invalid("messages", "context_length_exceeded", fmt.Sprintf("This model's maximum context length is %d tokens. However, you requested %d tokens (%d in the messages, %d in the completion). Please reduce the length of the messages or completion.",
			p.context, p.prompt+p.answer, p.prompt, p.answer))
	case badSchema:
		if p.tool != "" {
			return invalid("tools", "invalid_function_parameters", "Invalid schema for function '"+p.tool+"': "+p.err.Error())
		}
		return invalid("response_format", "", "Invalid schema for response_format '"+p.format+"': "+p.err.Error())
	}
	return c.openai.refuse(problem)
}

// refuse words what has nothing to do with the form of a request.
func (openai) refuse(problem error) *failure {
	switch p := problem.(type) {
	case unreadable:
		return chatError(http.StatusRequestEntityTooLarge, "invalid_request_error", "", "", "The request body is too large or broke off.")
	case unauthorized:
		return p.chat()
	case unknownModel:
		return chatError(http.StatusNotFound, "invalid_request_error", "", "model_not_found", "The model `"+p.model+"` does not exist or you do not have access to it.")
	case limited:
		return p.chat()
	}
	return invalid("", "", problem.Error())
}

func (e unauthorized) chat() *failure {
	if e.key == "" {
		return chatError(http.StatusUnauthorized, "invalid_request_error", "", "", "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")
	}
	return chatError(http.StatusUnauthorized, "invalid_request_error", "", "invalid_api_key", "Incorrect API key provided: "+mask(e.key)+". You can find your API key at https://platform.openai.com/account/api-keys.")
}

// mask shows the ends of a key, as the vendor does.
func mask(key string) string {
	if len(key) < 12 {
		return strings.Repeat("*", len(key))
	}
	return key[:4] + strings.Repeat("*", len(key)-8) + key[len(key)-4:]
}

func (e limited) chat() *failure {
	unit, requested := "requests per min (RPM)", 1
	if e.dimension == "tokens" {
		unit, requested = "tokens per min (TPM)", e.size
	}
	where := fmt.Sprintf("for %s in organization org-simulator on %s: Limit %d", e.model, unit, e.limit)
	message := fmt.Sprintf("Rate limit reached %s, Used %d, Requested %d. Please try again in %s. Visit https://platform.openai.com/account/rate-limits to learn more.", where, e.used, requested, wholeMilliseconds(e.wait))
	if e.tooLarge {
		message = fmt.Sprintf("Request too large %s, Requested %d. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.", where, requested)
	}
	return chatError(http.StatusTooManyRequests, e.dimension, "", "rate_limit_exceeded", message)
}

func (openai) usual(status int, _ time.Duration) *failure {
	kind, code, message := "server_error", "", "The server had an error while processing your request. Sorry about that!"
	switch status {
	case http.StatusBadRequest:
		kind, message = "invalid_request_error", "Invalid request."
	case http.StatusUnauthorized:
		kind, code, message = "invalid_request_error", "invalid_api_key", "Incorrect API key provided."
	case http.StatusForbidden:
		kind, code, message = "invalid_request_error", "unsupported_country_region_territory", "Country, region, or territory not supported"
	case http.StatusTooManyRequests:
		kind, code, message = "requests", "rate_limit_exceeded", "Rate limit reached for requests."
	case http.StatusServiceUnavailable:
		message = "That model is currently overloaded with other requests. You can retry your request."
	}
	return chatError(status, kind, "", code, message)
}

// chatErrorBody is an error as the vendor writes it.
type (
	chatErrorBody struct {
		Error chatErrorObject `json:"error"`
	}
	chatErrorObject struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
	}
)

func chatError(status int, kind, param, code, message string) *failure {
	var e chatErrorBody
	e.Error.Type, e.Error.Message = kind, message
	if param != "" {
		e.Error.Param = &param
	}
	if code != "" {
		e.Error.Code = &code
	}
	return &failure{status, e}
}

func invalid(param, code, message string) *failure {
	return chatError(http.StatusBadRequest, "invalid_request_error", param, code, message)
}
