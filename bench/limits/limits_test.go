package limits_test

import (
	"math"
	"testing"
	"testing/synctest"

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
				t.Run(string(shape)+"/"+name+"/"+string(charge), func(t *testing.T) {
					rpm := scale(shape)
					server := sim.Config{
						OutputTokens: sim.Constant(4000),
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
					OutputTokens: sim.Constant(4000),
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
