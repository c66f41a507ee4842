package limits_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/bench/limits"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// free says that probes cost nothing.
func free(*request.Request) (request.Money, error) { return 0, nil }

func chat(t *testing.T, s *sim.Sim) request.Client {
	t.Helper()
	c, err := openai.New(openai.Config{BaseURL: "http://sim.invalid/v1", APIKey: "k", Model: "demo", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func messages(t *testing.T, s *sim.Sim) request.Client {
	t.Helper()
	c, err := anthropic.New(anthropic.Config{BaseURL: "http://sim.invalid", APIKey: "k", Model: "demo", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// find probes a simulator under a clock that moves only while everybody waits.
func find(t *testing.T, server sim.Config, open func(*testing.T, *sim.Sim) request.Client, cfg limits.Config, check func(*testing.T, *limits.Report)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := sim.New(server)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Client = open(t, s)
		if cfg.Worst == nil {
			cfg.Worst = free
		}
		rep, err := limits.Find(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		check(t, rep)
	})
}

var shapes = map[sim.Shape]limits.Shape{
	sim.Minute: limits.Bucket, sim.Second: limits.Bucket, sim.Fixed: limits.Fixed, sim.Sliding: limits.Sliding,
}

// at holds a finding to 3 % of the truth.
func at(t *testing.T, f *limits.Finding, shape sim.Shape, perMinute float64) {
	t.Helper()
	bucket := perMinute
	if shape == sim.Second {
		bucket /= 60
	}
	if math.Abs(f.PerMinute/perMinute-1) > 0.03 || math.Abs(f.Bucket/bucket-1) > 0.03 || f.Shape != shapes[shape] || f.Unknown != "" {
		t.Errorf("%s: got %+v; want %v a minute and %v at once, %s", f.Name, *f, perMinute, bucket, shapes[shape])
	}
}

// scale is a limit of requests that is quick to use up and yet lets some through at once.
func scale(shape sim.Shape) int {
	if shape == sim.Second {
		return 900
	}
	return 180
}

func named(rep *limits.Report) map[limits.Dimension]*limits.Finding {
	byName := map[limits.Dimension]*limits.Finding{}
	for i := range rep.Limits {
		byName[rep.Limits[i].Name] = &rep.Limits[i]
	}
	return byName
}

func TestFindsRequestsAndTokens(t *testing.T) {
	for shape := range shapes {
		for name, hide := range map[string]bool{"headers": false, "none": true} {
			for _, charge := range []sim.Charge{sim.ChargeSum, sim.ChargeMax, sim.ChargeActual} {
				if !hide && charge != sim.ChargeSum {
					continue // the headers say the same
				}
				t.Run(string(shape)+"/"+name+"/"+string(charge), func(t *testing.T) {
					rpm := scale(shape)
					server := sim.Config{
						OutputTokens: sim.Constant(600),
						Limits:       sim.Limits{RPM: rpm, TPM: 200 * rpm, Shape: shape, Charge: charge, HideHeaders: hide, HideRetryAfter: hide},
					}
					find(t, server, chat, limits.Config{}, func(t *testing.T, rep *limits.Report) {
						got := named(rep)
						if len(got) != 2 || got[limits.TPM] == nil || rep.Stopped != "" {
							t.Fatalf("got %+v", rep)
						}
						at(t, got[limits.RPM], shape, float64(rpm))
						at(t, got[limits.TPM], shape, 200*float64(rpm))
						if stated := got[limits.RPM].Stated == int64(rpm) && got[limits.TPM].Stated == int64(200*rpm); stated == hide {
							t.Errorf("stated: %d and %d", got[limits.RPM].Stated, got[limits.TPM].Stated)
						}
					})
				})
			}
		}
	}
}

func TestFindsPromptsAndAnswers(t *testing.T) {
	for shape := range shapes {
		for name, hide := range map[string]bool{"headers": false, "none": true} {
			t.Run(string(shape)+"/"+name, func(t *testing.T) {
				rpm := scale(shape)
				server := sim.Config{
					OutputTokens: sim.Constant(600),
					Limits:       sim.Limits{RPM: rpm, ITPM: 170 * rpm, OTPM: 50 * rpm, Shape: shape, HideHeaders: hide, HideRetryAfter: hide},
				}
				find(t, server, messages, limits.Config{}, func(t *testing.T, rep *limits.Report) {
					got := named(rep)
					if len(got) != 3 || got[limits.ITPM] == nil || got[limits.OTPM] == nil || rep.Stopped != "" {
						t.Fatalf("got %+v", rep)
					}
					at(t, got[limits.RPM], shape, float64(rpm))
					at(t, got[limits.ITPM], shape, 170*float64(rpm))
					at(t, got[limits.OTPM], shape, 50*float64(rpm))
				})
			})
		}
	}
}

// What a cap cuts off is said to be unknown, and what was spent is within it.
func TestCaps(t *testing.T) {
	cent := func(*request.Request) (request.Money, error) { return request.Cent, nil }
	limited := sim.Config{Limits: sim.Limits{RPM: 180, TPM: 36_000}}
	for name, test := range map[string]struct {
		cfg      limits.Config
		stopped  string
		requests bool // that limit is found
	}{
		"cost":            {limits.Config{Worst: cent, MaxCost: request.Dollar}, "the next request could go beyond the cap of $1.00", false},
		"nothing allowed": {limits.Config{Worst: cent}, "the next request could go beyond the cap of $0.00", false},
		"requests":        {limits.Config{MaxRequests: 500}, "500 requests were sent, which is the cap", true},
		"time":            {limits.Config{MaxDuration: 10 * time.Second}, "it would take longer than 10s, which is the cap", false},
	} {
		t.Run(name, func(t *testing.T) {
			find(t, limited, chat, test.cfg, func(t *testing.T, rep *limits.Report) {
				got := named(rep)
				if rep.Stopped != test.stopped || rep.Cost > test.cfg.MaxCost || got[limits.TPM].Unknown == "" {
					t.Errorf("got %+v; want stopped: %s", rep, test.stopped)
				}
				if found := got[limits.RPM].Unknown == ""; found != test.requests {
					t.Errorf("RPM: %+v", got[limits.RPM])
				}
				if test.requests {
					at(t, got[limits.RPM], sim.Minute, 180)
				}
			})
		})
	}
}

func TestNoLimitIsNotMadeUp(t *testing.T) {
	find(t, sim.Config{}, chat, limits.Config{MaxRequests: 300}, func(t *testing.T, rep *limits.Report) {
		if rpm := named(rep)[limits.RPM]; rpm.PerMinute != 0 || rpm.AtLeast != 300 || rpm.Unknown == "" || rep.Refused != 0 {
			t.Errorf("got %+v", rep)
		}
	})
}

// Requests that run out before tokens leave the limit of tokens unknown, with what was seen of it.
func TestTokensBeyondReach(t *testing.T) {
	find(t, sim.Config{Limits: sim.Limits{RPM: 180}}, chat, limits.Config{MaxPrompt: 256}, func(t *testing.T, rep *limits.Report) {
		got := named(rep)
		at(t, got[limits.RPM], sim.Minute, 180)
		if tpm := got[limits.TPM]; tpm.PerMinute != 0 || tpm.AtLeast < 256*170 || !strings.Contains(tpm.Unknown, "requests ran out first") {
			t.Errorf("got %+v", tpm)
		}
	})
}

func TestOtherFailuresEndTheSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sim.New(sim.Config{APIKeys: []string{"other"}})
		if err != nil {
			t.Fatal(err)
		}
		rep, err := limits.Find(t.Context(), limits.Config{Client: chat(t, s), Worst: free})
		if !request.IsAuth(err) || rep == nil || rep.Requests != 1 || rep.Cost != 0 || rep.Stopped == "" {
			t.Errorf("got %+v, %v", rep, err)
		}
	})
}

func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sim.New(sim.Config{Limits: sim.Limits{RPM: 180}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		rep, err := limits.Find(ctx, limits.Config{Client: chat(t, s), Worst: free})
		if err != nil || rep.Stopped != "interrupted" || rep.Elapsed != 20*time.Second {
			t.Errorf("got %+v, %v", rep, err)
		}
	})
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	rep, err := limits.Find(t.Context(), limits.Config{MaxCost: -1})
	if rep != nil || err == nil {
		t.Fatalf("got %+v, %v", rep, err)
	}
	for _, want := range []string{"client: is required", "worst: is required", "must not be negative"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestReport(t *testing.T) {
	rep := &limits.Report{Schema: limits.Schema, Name: "m", Requests: 9, Refused: 2, Cost: request.Cent, Stopped: "why", Limits: []limits.Finding{
		{Name: limits.RPM, Stated: 600, PerMinute: 601, Bucket: 10, Shape: limits.Bucket},
		{Name: limits.ITPM, Stated: 600, PerMinute: 300, Bucket: 300, Shape: limits.Fixed, Window: time.Minute},
		{Name: limits.OTPM, AtLeast: 1234, Unknown: "the search ended before"},
	}}
	var text, data strings.Builder
	if err := errors.Join(rep.Text(&text), rep.JSON(&data)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"9 requests, 2 of them refused, $0.01", "! stopped: why", "as the headers state", "not what the headers state",
		"fixed window of 1m0s", "not found: the search ended before; at least 1,234 at once",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, text.String())
		}
	}
	var back limits.Report
	if err := json.Unmarshal([]byte(data.String()), &back); err != nil || !reflect.DeepEqual(&back, rep) {
		t.Errorf("got %+v, %v", back, err)
	}
}
