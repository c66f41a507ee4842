package sim_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

var limitHeaders = []string{"Limit-Requests", "Remaining-Requests", "Reset-Requests", "Limit-Tokens", "Remaining-Tokens", "Reset-Tokens"}

// told are the rate-limit headers, in order.
func told(h http.Header) string {
	var values []string
	for _, name := range limitHeaders {
		values = append(values, h.Get("X-Ratelimit-"+name))
	}
	return strings.Join(values, " ")
}

// hint is the wait that a client reads from the headers, by the usual arithmetic, which cuts fractions off.
func hint(t *testing.T, h http.Header) time.Duration {
	t.Helper()
	ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64)
	if err != nil {
		t.Fatalf("no wait hint in %v", h)
	}
	return time.Duration(ms * float64(time.Millisecond))
}

func TestLimitHeaders(t *testing.T) {
	limits := sim.Limits{RPM: 60, TPM: 6000}
	for name, tt := range map[string]struct {
		change func(*sim.Limits)
		want   []string // after one request of 100 tokens, and half a second later after another
	}{
		"both":     {func(*sim.Limits) {}, []string{"60 59 1s 6000 5900 1s", "60 58 1.5s 6000 5850 1.5s"}},
		"second":   {func(l *sim.Limits) { l.Shape = sim.Second }, []string{"60 59 1s 6000 5900 1s", "60 59 500ms 6000 5950 500ms"}},
		"fixed":    {func(l *sim.Limits) { l.Shape = sim.Fixed }, []string{"60 59 1m0s 6000 5900 1m0s", "60 58 59.5s 6000 5800 59.5s"}},
		"sliding":  {func(l *sim.Limits) { l.Shape = sim.Sliding }, []string{"60 59 1m0s 6000 5900 1m0s", "60 58 1m0s 6000 5800 1m0s"}},
		"requests": {func(l *sim.Limits) { l.TPM = 0 }, []string{"60 59 1s   ", "60 58 1.5s   "}},
		"tokens":   {func(l *sim.Limits) { l.RPM = 0 }, []string{"   6000 5900 1s", "   6000 5850 1.5s"}},
		"hidden":   {func(l *sim.Limits) { l.HideHeaders = true }, []string{"     ", "     "}},
		"none":     {func(l *sim.Limits) { *l = sim.Limits{} }, []string{"     ", "     "}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := sim.Config{Limits: limits}
			tt.change(&cfg.Limits)
			inMemory(t, cfg, func(c *caller) {
				body := ask(strings.Repeat("abcd", 60), `"max_tokens":40`)
				if got := told(c.post(body).header); got != tt.want[0] {
					c.t.Errorf("told %q, want %q", got, tt.want[0])
				}
				time.Sleep(500 * time.Millisecond)
				if got := told(c.post(streamed(body)).header); got != tt.want[1] {
					c.t.Errorf("later told %q, want %q", got, tt.want[1])
				}
			})
		})
	}
}

// A client that waits as told succeeds, and one that comes a little earlier doesn't.
func TestLimitObey(t *testing.T) {
	for _, shape := range []sim.Shape{sim.Minute, sim.Second, sim.Fixed, sim.Sliding} {
		for kind, limits := range map[string]sim.Limits{
			"requests": {RPM: 7, Shape: shape}, "tokens": {TPM: 1700, Shape: shape}, "rejected": {RPM: 7, Shape: shape, CountRejected: true},
		} {
			t.Run(string(shape)+" "+kind, func(t *testing.T) {
				inMemory(t, sim.Config{Limits: limits}, func(c *caller) {
					body := ask(strings.Repeat("abcd", 313), `"max_tokens":10`)
					refused := 0
					for range 30 {
						r := c.post(body)
						if r.status == http.StatusOK {
							time.Sleep(777 * time.Millisecond)
							continue
						}
						refused++
						if kind != "rejected" { // each try would make the wait longer
							time.Sleep(hint(c.t, r.header) - 2*time.Millisecond)
							if early := c.post(body); early.status != http.StatusTooManyRequests || hint(c.t, early.header) > 3*time.Millisecond {
								c.t.Fatalf("%d 2 ms before the told time", early.status)
							}
							time.Sleep(2 * time.Millisecond)
						} else {
							time.Sleep(hint(c.t, r.header))
						}
						if again := c.post(body); again.status != http.StatusOK {
							c.t.Fatalf("%d at the told time: %s", again.status, again.body)
						}
					}
					if refused == 0 {
						c.t.Error("nothing was refused")
					}
				})
			})
		}
	}
}

func TestLimitError(t *testing.T) {
	for name, tt := range map[string]struct {
		limits  sim.Limits
		kind    string
		message string
		after   string // Retry-After and Retry-After-Ms
	}{
		"requests": {sim.Limits{RPM: 2}, "requests", `^Rate limit reached for demo in organization org-simulator on requests per min \(RPM\): Limit 2, Used 2, Requested 1\. Please try again in 30s\. Visit `, "30 30000"},
		"tokens":   {sim.Limits{TPM: 350}, "tokens", `on tokens per min \(TPM\): Limit 350, Used 200, Requested 200\. Please try again in 8\.572s\. Visit `, "9 8572"},
		"both":     {sim.Limits{RPM: 2, TPM: 450}, "requests", `\(RPM\): Limit 2, Used 2, Requested 1\.`, "30 30000"},
		"rejected": {sim.Limits{RPM: 2, CountRejected: true}, "requests", `Limit 2, Used 2, Requested 1\. Please try again in 1m0s`, "60 60000"},
		"no hint":  {sim.Limits{RPM: 2, HideRetryAfter: true}, "requests", `Please try again in 30s`, " "},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, sim.Config{Limits: tt.limits}, func(c *caller) {
				body := ask(strings.Repeat("abcd", 100), `"max_tokens":100`)
				var r *result
				for range 3 {
					r = c.post(body)
					if r.status != http.StatusOK {
						break
					}
				}
				e := r.failure()
				if r.status != http.StatusTooManyRequests || e.Type != tt.kind || or(e.Code, "") != "rate_limit_exceeded" || e.Param != nil || !regexp.MustCompile(tt.message).MatchString(e.Message) {
					c.t.Errorf("%d %s", r.status, r.body)
				}
				if after := r.header.Get("Retry-After") + " " + r.header.Get("Retry-After-Ms"); after != tt.after {
					c.t.Errorf("wait hints %q, want %q", after, tt.after)
				}
			})
		})
	}
}

// What is larger than the limit never fits, and is not told to wait.
func TestLimitTooLarge(t *testing.T) {
	bothWays(t, sim.Config{Limits: sim.Limits{TPM: 1000}}, func(c *caller) {
		for _, body := range []string{ask("Hello", `"max_tokens":1000`), ask(strings.Repeat("abcd", 1001), `"stream":true`)} {
			r := c.post(body)
			e := r.failure()
			if r.status != http.StatusTooManyRequests || e.Type != "tokens" || or(e.Code, "") != "rate_limit_exceeded" || r.header.Get("Retry-After")+r.header.Get("Retry-After-Ms") != "" ||
				!strings.Contains(e.Message, "Request too large for demo in organization org-simulator on tokens per min (TPM): Limit 1000, Requested 100") {
				c.t.Errorf("%d %v %s", r.status, r.header, r.body)
			}
		}
		c.post(ask("Hello", `"max_tokens":998`)).good()
	})
}

func TestLimitCharge(t *testing.T) {
	for _, tt := range []struct {
		charge sim.Charge
		more   string
		want   int
	}{
		{sim.ChargeSum, `"max_tokens":40`, 100}, {sim.ChargeMax, `"max_tokens":40`, 60}, {sim.ChargeMax, `"max_tokens":90`, 90}, {"", `"max_tokens":40`, 100},
		{sim.ChargeSum, `"n":1`, 60}, {sim.ChargeActual, `"max_tokens":400`, 0}, {sim.ChargeActual, `"n":1`, 0}, {sim.ChargeActual, `"n":3`, 0}, {sim.ChargeActual, `"reasoning_effort":"high"`, 0},
	} {
		t.Run(fmt.Sprint(tt.charge, tt.more), func(t *testing.T) {
			inMemory(t, sim.Config{Limits: sim.Limits{TPM: 100_000, Charge: tt.charge, Shape: sim.Fixed}}, func(c *caller) {
				used := c.post(ask(strings.Repeat("abcd", 60), tt.more)).complete().Usage.Total
				before, _ := strconv.Atoi(c.post(ask("", `"max_tokens":1`)).header.Get("X-Ratelimit-Remaining-Tokens"))
				if tt.charge == sim.ChargeActual {
					tt.want = used
				}
				if got := 100_000 - 1 - before; got != tt.want {
					c.t.Errorf("%d tokens charged, want %d", got, tt.want)
				}
			})
		})
	}
}

// Under ChargeActual, a request that failed uses nothing, in whatever way it failed.
func TestLimitChargeFailed(t *testing.T) {
	bad := `"tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"thing"}}}]`
	for _, f := range []sim.Fault{{Kind: sim.FaultStatus, Status: 500}, {Kind: sim.FaultReset}, {Kind: sim.FaultErrorEvent}, {}} {
		t.Run(string(f.Kind), func(t *testing.T) {
			inMemory(t, sim.Config{Script: []sim.Fault{f}, Limits: sim.Limits{TPM: 100_000, Charge: sim.ChargeActual, Shape: sim.Fixed}}, func(c *caller) {
				c.post(ask("clock", `"max_tokens":5000`, bad))
				if got := c.post(ask("", `"max_tokens":1`)).header.Get("X-Ratelimit-Remaining-Tokens"); got != "99999" {
					c.t.Errorf("%s tokens remain, want all but the one reserved now", got)
				}
			})
		})
	}
}

func TestLimitChanges(t *testing.T) {
	limits := sim.Limits{RPM: 60, Shape: sim.Fixed, Changes: []sim.Change{{After: time.Minute, RPM: 30, TPM: 900}, {After: 2 * time.Minute}, {After: 3 * time.Minute, RPM: 90}}}
	inMemory(t, sim.Config{Limits: limits}, func(c *caller) {
		for minute, want := range []string{"60 59 1m0s   ", "30 29 1m0s 900 899 1m0s", "     ", "90 89 1m0s   "} {
			if got := told(c.post(ask("", `"max_tokens":1`)).header); got != want {
				c.t.Errorf("minute %d: told %q, want %q", minute, got, want)
			}
			time.Sleep(time.Minute)
		}
	})
}

// Exactly as many get in as fit, however many come at once.
func TestLimitAtOnce(t *testing.T) {
	bothWays(t, sim.Config{Limits: sim.Limits{RPM: 50, Shape: sim.Fixed}}, func(c *caller) {
		var wg sync.WaitGroup
		var granted, refused atomic.Int64
		for range 200 {
			wg.Go(func() {
				switch r := c.post(ask("Hello", `"max_tokens":3`)); r.status {
				case http.StatusOK:
					granted.Add(1)
				case http.StatusTooManyRequests:
					refused.Add(1)
				}
			})
		}
		wg.Wait()
		if granted.Load() != 50 || refused.Load() != 150 {
			c.t.Errorf("%d granted and %d refused, want 50 and 150", granted.Load(), refused.Load())
		}
		if st := c.sim.Stats(); st.RateLimited != 150 || st.Requests != 200 {
			c.t.Errorf("stats %+v", st)
		}
	})
}
