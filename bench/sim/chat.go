package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody is the largest request taken, as at the vendor.
const maxBody = 64 << 20

func (s *Sim) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	mux.HandleFunc("POST /openai/v1/chat/completions", s.chat)
	mux.HandleFunc("POST /openai/deployments/{model}/chat/completions", s.chat)
	mux.HandleFunc("GET /v1/models", s.listModels)
	mux.HandleFunc("GET /v1/models/{model}", s.oneModel)
	mux.HandleFunc("GET /sim/stats", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.Stats()) })
	for _, path := range []string{"/v1/chat/completions", "/openai/v1/chat/completions", "/v1/models"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			s.fail(w, newAPIError(http.StatusMethodNotAllowed, "invalid_request_error", "", "method_not_supported", "Not allowed to "+r.Method+" on "+r.URL.Path+". (HINT: Perhaps you meant to use a different HTTP method?)"))
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, newAPIError(http.StatusNotFound, "invalid_request_error", "", "unknown_url", "Unknown request URL: "+r.Method+" "+r.URL.Path+". Please check the URL for typos, or see the docs at https://platform.openai.com/docs/api-reference/."))
	})
	return mux
}

// turn is one request on its way through the simulator.
type turn struct {
	sim   *Sim
	w     http.ResponseWriter
	r     *http.Request
	req   *chatRequest
	rng   *rand.Rand
	fault Fault
	reply *reply
	// prompt is its size in tokens, reserved what was charged against the token limit.
	prompt, reserved int
	charged          time.Time
	id               string
	created          int64
}

func (s *Sim) chat(w http.ResponseWriter, r *http.Request) {
	defer s.enter()()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.fail(w, newAPIError(http.StatusRequestEntityTooLarge, "invalid_request_error", "", "", "The request body is too large or broke off."))
		return
	}
	t := &turn{sim: s, w: w, r: r, rng: s.rngFor(body)}
	t.id, t.created = "chatcmpl-"+randomID(t.rng, 29), time.Now().Unix()
	w.Header().Set("X-Request-Id", "req_"+randomID(t.rng, 32))
	if e := s.authorize(r); e != nil {
		s.fail(w, e)
		return
	}
	req, invalid := parseChat(body, r.PathValue("model"))
	if invalid != nil {
		s.fail(w, invalid)
		return
	}
	t.req, t.prompt = req, req.promptTokens()
	t.fault = s.faultFor(s.arrivals.Add(1)-1, t.rng.Float64())
	t.run()
}

// run takes the request through admission, faults before the answer, and the answer.
func (t *turn) run() {
	if e := t.checkModel(); e != nil {
		t.sim.fail(t.w, e)
		return
	}
	if !t.admit() {
		return
	}
	used := 0 // no answer, no use
	defer func() { t.sim.limiter.settle(time.Now(), t.charged, t.reserved, used) }()
	if t.faultBefore() {
		return
	}
	reply, invalid := t.sim.compose(t.req, t.mostTokens(), t.rng)
	if invalid != nil {
		t.sim.fail(t.w, invalid)
		return
	}
	t.reply = reply
	used = t.prompt + reply.tokens()*t.choices()
	if t.req.Stream {
		t.stream()
	} else {
		t.whole()
	}
}

func (s *Sim) authorize(r *http.Request) *apiError {
	if len(s.cfg.APIKeys) == 0 {
		return nil
	}
	key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if key == "" {
		key = r.Header.Get("Api-Key")
	}
	switch {
	case key == "":
		return newAPIError(http.StatusUnauthorized, "invalid_request_error", "", "", "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")
	case !slices.Contains(s.cfg.APIKeys, key):
		return newAPIError(http.StatusUnauthorized, "invalid_request_error", "", "invalid_api_key", "Incorrect API key provided: "+mask(key)+". You can find your API key at https://platform.openai.com/account/api-keys.")
	}
	return nil
}

// mask shows the ends of a key, as the vendor does.
func mask(key string) string {
	if len(key) < 12 {
		return strings.Repeat("*", len(key))
	}
	return key[:4] + strings.Repeat("*", len(key)-8) + key[len(key)-4:]
}

func (t *turn) checkModel() *apiError {
	cfg := &t.sim.cfg
	if len(cfg.Models) > 0 && !slices.Contains(cfg.Models, t.req.Model) {
		return newAPIError(http.StatusNotFound, "invalid_request_error", "", "model_not_found", "The model `"+t.req.Model+"` does not exist or you do not have access to it.")
	}
	answer := max(1, t.req.maxTokens()) // a prompt that leaves no room does not fit
	if total := t.prompt + answer; cfg.ContextTokens > 0 && total > cfg.ContextTokens {
		return invalid("messages", "context_length_exceeded", fmt.Sprintf("This model's maximum context length is %d tokens. However, you requested %d tokens (%d in the messages, %d in the completion). Please reduce the length of the messages or completion.",
			cfg.ContextTokens, total, t.prompt, answer))
	}
	return nil
}

// mostTokens is how long the answer may get: max_tokens, or else what the prompt leaves of the context; 0 is no bound.
func (t *turn) mostTokens() int {
	most, context := t.req.maxTokens(), t.sim.cfg.ContextTokens
	if most > 0 || context == 0 {
		return most
	}
	return context - t.prompt
}

// admit applies the rate limits and writes their headers.
func (t *turn) admit() bool {
	l := t.sim.limiter
	t.reserved = t.req.chargedTokens(l.cfg.Charge)
	now := time.Now()
	v := l.admit(now, t.reserved)
	if !l.cfg.HideHeaders {
		t.limitHeaders(now)
	}
	if v.ok {
		t.charged = v.charged
		return true
	}
	t.sim.rateLimited.Add(1)
	if !l.cfg.HideRetryAfter && !v.tooLarge {
		setRetryAfter(t.w.Header(), v.wait)
	}
	t.sim.fail(t.w, t.limitError(v))
	return false
}

func (t *turn) limitError(v verdict) *apiError {
	unit, requested := "requests per min (RPM)", 1
	if v.dimension == "tokens" {
		unit, requested = "tokens per min (TPM)", t.reserved
	}
	where := fmt.Sprintf("for %s in organization org-simulator on %s: Limit %d", t.req.Model, unit, v.limit)
	message := fmt.Sprintf("Rate limit reached %s, Used %d, Requested %d. Please try again in %s. Visit https://platform.openai.com/account/rate-limits to learn more.", where, v.used, requested, wholeMilliseconds(v.wait))
	if v.tooLarge {
		message = fmt.Sprintf("Request too large %s, Requested %d. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.", where, requested)
	}
	return newAPIError(http.StatusTooManyRequests, v.dimension, "", "rate_limit_exceeded", message)
}

func (t *turn) limitHeaders(now time.Time) {
	requests, tokens := t.sim.limiter.states(now)
	h := t.w.Header()
	for _, one := range []struct {
		name string
		state
	}{{"Requests", requests}, {"Tokens", tokens}} {
		if one.limit > 0 {
			h.Set("X-Ratelimit-Limit-"+one.name, strconv.Itoa(one.limit))
			h.Set("X-Ratelimit-Remaining-"+one.name, strconv.Itoa(one.remaining))
			h.Set("X-Ratelimit-Reset-"+one.name, wholeMilliseconds(one.reset).String())
		}
	}
}

// faultBefore plays the faults that come in place of an answer.
func (t *turn) faultBefore() bool {
	f := &t.fault
	if f.Kind != FaultNone {
		t.sim.faults.Add(1)
	}
	switch {
	case f.Kind == FaultReset:
		reset(t.w)
	case f.Kind == FaultStatus:
		if f.RetryAfter > 0 {
			setRetryAfter(t.w.Header(), f.RetryAfter)
		}
		writeBody(t.w, f.Status, f.body())
	case f.Kind == FaultErrorEvent && !t.req.Stream:
		writeBody(t.w, http.StatusOK, f.body())
	default:
		return false
	}
	return true
}

// body is the given one, or the vendor's usual one for the status.
func (f *Fault) body() []byte {
	if f.Body != "" {
		return []byte(f.Body)
	}
	kind, code, message := "server_error", "", "The server had an error while processing your request. Sorry about that!"
	switch f.Status {
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
	out, _ := json.Marshal(newAPIError(f.Status, kind, "", code, message))
	return out
}

func (s *Sim) fail(w http.ResponseWriter, e *apiError) { writeJSON(w, e.status, e) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(err.Error())
	}
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func randomID(rng *rand.Rand, n int) string {
	id := make([]byte, n)
	for i := range id {
		id[i] = idLetters[rng.IntN(len(idLetters))]
	}
	return string(id)
}

// model is an entry of the list of models.
type model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func newModel(id string) model {
	return model{ID: id, Object: "model", Created: 1700000000, OwnedBy: "simulator"}
}

func (s *Sim) listModels(w http.ResponseWriter, r *http.Request) {
	if e := s.authorize(r); e != nil {
		s.fail(w, e)
		return
	}
	list := []model{}
	for _, id := range s.cfg.Models {
		list = append(list, newModel(id))
	}
	if len(list) == 0 {
		list = append(list, newModel("demo"))
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": list})
}

func (s *Sim) oneModel(w http.ResponseWriter, r *http.Request) {
	if e := s.authorize(r); e != nil {
		s.fail(w, e)
		return
	}
	id := r.PathValue("model")
	if len(s.cfg.Models) > 0 && !slices.Contains(s.cfg.Models, id) {
		s.fail(w, newAPIError(http.StatusNotFound, "invalid_request_error", "model", "model_not_found", "The model '"+id+"' does not exist"))
		return
	}
	writeJSON(w, http.StatusOK, newModel(id))
}
