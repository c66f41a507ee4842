package sim

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxBody is the largest request taken.
const maxBody = 64 << 20

// turn is one request on its way through the simulator.
type turn struct {
	dialect
	sim   *Sim
	w     http.ResponseWriter
	r     *http.Request
	req   *request
	rng   *rand.Rand
	fault Fault
	reply *reply
	// begun is when the request came, first when the first token did.
	begun, first time.Time
	// prompt is its size in tokens, cache how much of it a cache held or holds now.
	prompt int
	cache  cacheUse
	// batched: the request is an item of a batch.
	batched bool
	// reserved is what was charged against the token limits.
	reserved spend
	charged  time.Time
	// entry is what the log will say.
	entry Entry
}

// answers serves requests for an answer.
func (s *Sim) answers(fresh func() dialect) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer s.enter()()
		if t := s.accept(w, r, fresh()); t != nil {
			t.fault = s.faultFor(s.arrivals.Add(1)-1, t.rng.Float64())
			defer t.log()
			t.run()
		}
	}
}

// counts serves requests that count tokens.
func (s *Sim) counts(fresh func() counter) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d := fresh()
		if t := s.accept(w, r, d); t != nil && t.knowsModel() {
			writeJSON(w, http.StatusOK, d.count(t))
		}
	}
}

// accept reads, authorises and checks a request. If it is refused, the response is written and there is no turn.
func (s *Sim) accept(w http.ResponseWriter, r *http.Request, d dialect) *turn {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	t := &turn{dialect: d, sim: s, w: w, r: r, rng: s.rngFor(body), begun: time.Now()}
	d.begin(t)
	if err != nil {
		t.fail(d.refuse(unreadable{}))
		return nil
	}
	if key := d.key(r); !s.authorized(key) {
		t.fail(d.refuse(unauthorized{key}))
		return nil
	}
	req, invalid := d.parse(r, body)
	if invalid != nil {
		t.fail(invalid)
		return nil
	}
	t.req, t.prompt = req, req.size()
	return t
}

func (s *Sim) authorized(key string) bool {
	return len(s.cfg.APIKeys) == 0 || key != "" && slices.Contains(s.cfg.APIKeys, key)
}

// serves reports whether a model is there.
func (s *Sim) serves(model string) bool {
	return len(s.cfg.Models) == 0 || slices.Contains(s.cfg.Models, model)
}

// models are those to list.
func (s *Sim) models() []string {
	if len(s.cfg.Models) == 0 {
		return []string{"demo"}
	}
	return s.cfg.Models
}

// run takes the request through admission, faults before the answer, and the answer.
func (t *turn) run() {
	if !t.knowsModel() || !t.fits() || !t.admit() {
		return
	}
	used := spend{} // no answer, no use
	defer func() { t.sim.limiter.settle(time.Now(), t.charged, t.reserved, used) }()
	if t.faultBefore() {
		return
	}
	if !t.think() {
		return
	}
	used = spend{t.prompt + t.written(), t.prompt - t.cache.read, t.written()}
	defer t.bill()
	if t.req.stream {
		t.sendStream()
	} else {
		t.sendWhole()
	}
}

// think makes up what the model says.
func (t *turn) think() bool {
	reply, err := t.sim.compose(t.req, t.mostTokens(), t.rng)
	if err != nil {
		t.fail(t.refuse(err))
		return false
	}
	t.reply, t.cache = reply, t.sim.cache.use(time.Now(), t.req.prefixes)
	return true
}

// written is how many tokens the answer has, all choices together.
func (t *turn) written() int { return t.reply.tokens() * t.req.times() }

func (t *turn) knowsModel() bool {
	if t.sim.serves(t.req.model) {
		return true
	}
	t.fail(t.refuse(unknownModel{t.req.model}))
	return false
}

// fits reports whether the context has room for the answer. A prompt that leaves none does not fit.
func (t *turn) fits() bool {
	context, answer := t.sim.cfg.ContextTokens, max(1, t.req.most)
	if context == 0 || t.prompt+answer <= context {
		return true
	}
	t.fail(t.refuse(overflow{context, t.prompt, answer}))
	return false
}

// mostTokens is how long the answer may get: as the request says, or else what the prompt leaves of the context; 0 is no
// bound.
func (t *turn) mostTokens() int {
	context := t.sim.cfg.ContextTokens
	if t.req.most > 0 || context == 0 {
		return t.req.most
	}
	return context - t.prompt
}

// admit applies the rate limits and writes their headers.
func (t *turn) admit() bool {
	l := t.sim.limiter
	t.reserved = spend{total: t.req.charged(l.cfg.Charge), input: t.req.estimate()}
	now := time.Now()
	v := l.admit(now, t.reserved)
	if !l.cfg.HideHeaders {
		t.limits(t.w.Header(), now, l.states(now))
	}
	if v.ok {
		t.charged = v.charged
		return true
	}
	t.sim.rateLimited.Add(1)
	untold := l.cfg.HideRetryAfter || v.tooLarge
	if !untold {
		t.hint(t.w.Header(), v.wait)
	}
	t.fail(t.refuse(limited{v, t.req.model, t.reserved.total, untold}))
	return false
}

func (t *turn) fail(f *failure) {
	t.entry.Status = f.status
	writeJSON(t.w, f.status, f.body)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(err.Error())
	}
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	jsonHeaders(w.Header(), len(body))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func jsonHeaders(h http.Header, length int) {
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(length))
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func randomID(rng *rand.Rand, n int) string {
	id := make([]byte, n)
	for i := range id {
		id[i] = idLetters[rng.IntN(len(idLetters))]
	}
	return string(id)
}
