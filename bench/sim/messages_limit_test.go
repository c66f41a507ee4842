package sim_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// toldAnthropic are the rate-limit headers, in order; the time of a reset as the wait from the date of the response.
func toldAnthropic(t *testing.T, h http.Header) string {
	t.Helper()
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, name := range []string{"Requests", "Tokens", "Input-Tokens", "Output-Tokens"} {
		name = "Anthropic-Ratelimit-" + name
		reset := ""
		if text := h.Get(name + "-Reset"); text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil || at.Nanosecond() != 0 || !strings.HasSuffix(text, "Z") {
				t.Fatalf("reset %q: %v", text, err)
			}
			reset = at.Sub(date).String()
		}
		values = append(values, h.Get(name+"-Limit")+" "+h.Get(name+"-Remaining")+" "+reset)
	}
	return strings.Join(values, ", ")
}

// The prompt is estimated at 60 tokens and counted as fewer; the answer has 40.
func TestMessagesLimitHeaders(t *testing.T) {
	for name, tt := range map[string]struct {
		limits sim.Limits
		first  string // after one request, and then after another
		second string
	}{
		"requests": {sim.Limits{RPM: 60}, "60 59 1s,   ,   ,   ", "60 58 2s,   ,   ,   "},
		"tokens":   {sim.Limits{TPM: 6000}, "  ,  6000 6000 2s,   ,   ", "  ,  6000 6000 3s,   ,   "},
		"apart":    {sim.Limits{ITPM: 6000, OTPM: 600}, "  , 6600 7000 1s, 6000 6000 1s, 600 1000 0s", "  , 6600 6000 4s, 6000 6000 1s, 600 1000 4s"},
		"all":      {sim.Limits{RPM: 60, TPM: 10000, ITPM: 6000, OTPM: 600}, "60 59 1s, 10000 10000 1s, 6000 6000 1s, 600 1000 0s", "60 58 2s, 10000 10000 2s, 6000 6000 1s, 600 1000 4s"},
		"hidden":   {sim.Limits{RPM: 60, HideHeaders: true}, "  ,   ,   ,   ", "  ,   ,   ,   "},
	} {
		t.Run(name, func(t *testing.T) {
			anthropicInMemory(t, sim.Config{Limits: tt.limits, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 40)})}, func(a anthropic) {
				body := prompt(strings.Repeat("abcd", 60), `"max_tokens":90`)
				if got := toldAnthropic(a.t, a.send(body).header); collapse(got) != collapse(tt.first) {
					a.t.Errorf("told %q, want %q", got, tt.first)
				}
				if got := toldAnthropic(a.t, a.send(flowing(body)).header); collapse(got) != collapse(tt.second) {
					a.t.Errorf("then told %q, want %q", got, tt.second)
				}
			})
		})
	}
}

func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestMessagesLimitError(t *testing.T) {
	for name, tt := range map[string]struct {
		limits  sim.Limits
		message string
		after   string
	}{
		"requests": {sim.Limits{RPM: 2}, `rate limit of 2 requests per minute`, "30"},
		"tokens":   {sim.Limits{TPM: 350}, `rate limit of 350 tokens per minute`, "9"},
		"input":    {sim.Limits{ITPM: 150, Shape: sim.Fixed}, `rate limit of 150 input tokens per minute`, "60"},
		"output":   {sim.Limits{OTPM: 60, Shape: sim.Fixed}, `rate limit of 60 output tokens per minute`, "60"},
		"no hint":  {sim.Limits{RPM: 2, HideRetryAfter: true}, `rate limit of 2 requests per minute`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			anthropicInMemory(t, sim.Config{Limits: tt.limits, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 50)})}, func(a anthropic) {
				var r *result
				for range 4 {
					if r = a.send(prompt(strings.Repeat("abcd", 100), `"max_tokens":100`)); r.status != http.StatusOK {
						break
					}
				}
				e := r.trouble()
				if r.status != http.StatusTooManyRequests || e.Error.Type != "rate_limit_error" || !regexp.MustCompile(tt.message).MatchString(e.Error.Message) {
					a.t.Errorf("%d %s", r.status, r.body)
				}
				if after := r.header.Get("Retry-After"); after != tt.after || r.header.Get("Retry-After-Ms") != "" {
					a.t.Errorf("wait %q, want %q", after, tt.after)
				}
			})
		})
	}
}

// A prompt above the whole limit is refused without a wait, for ever.
func TestMessagesLimitTooLarge(t *testing.T) {
	anthropicInMemory(t, sim.Config{Limits: sim.Limits{ITPM: 50}}, func(a anthropic) {
		r := a.send(prompt(strings.Repeat("abcd", 51)))
		if e := r.trouble(); r.status != http.StatusTooManyRequests || e.Error.Type != "rate_limit_error" || r.header.Get("Retry-After") != "" {
			a.t.Errorf("%d %v %s", r.status, r.header, r.body)
		}
		a.send(prompt(strings.Repeat("abcd", 50))).good()
	})
}

// Who waits as told is served, in every dimension and shape.
func TestMessagesLimitObey(t *testing.T) {
	for _, shape := range []sim.Shape{sim.Minute, sim.Second, sim.Fixed, sim.Sliding} {
		for kind, limits := range map[string]sim.Limits{"requests": {RPM: 7}, "tokens": {TPM: 3000}, "input": {ITPM: 1500}, "output": {OTPM: 90}} {
			limits.Shape = shape
			t.Run(string(shape)+" "+kind, func(t *testing.T) {
				anthropicInMemory(t, sim.Config{Limits: limits, OutputTokens: sim.Uniform(10, 30)}, func(a anthropic) {
					refused := 0
					for range 40 {
						r := a.send(prompt(strings.Repeat("abcd", 100), `"max_tokens":50`))
						if r.status == http.StatusOK {
							continue
						}
						refused++
						wait, err := time.ParseDuration(r.header.Get("Retry-After") + "s")
						if err != nil || wait > 2*time.Minute {
							a.t.Fatalf("told to wait %v: %v", wait, err)
						}
						time.Sleep(wait)
						a.send(prompt(strings.Repeat("abcd", 100), `"max_tokens":50`)).good()
					}
					if refused == 0 {
						a.t.Error("nothing was refused")
					}
				})
			})
		}
	}
}
