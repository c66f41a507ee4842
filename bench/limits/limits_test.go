package limits_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/limits"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func free(*request.Request) (request.Money, error) { return 0, nil }
func cent(*request.Request) (request.Money, error) { return request.Cent, nil }

// probe probes a simulator under a clock that moves only while everybody waits.
func probe(t *testing.T, ctx context.Context, server sim.Config, cfg limits.Config) (*limits.Report, error) {
	t.Helper()
	s, err := sim.New(server)
	if err != nil {
		t.Fatal(err)
	}
	c, err := openai.New(openai.Config{BaseURL: "http://sim.invalid/v1", APIKey: "k", Model: "demo", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Client = c
	return limits.Find(ctx, cfg)
}

// What a cap cuts off is said to be unsure, and what was spent is within it.
func TestCaps(t *testing.T) {
	for name, test := range map[string]struct {
		cfg     limits.Config
		stopped string
	}{
		"cost":            {limits.Config{Worst: cent, MaxCost: request.Dollar}, "the next request could go beyond the cap of $1.00"},
		"nothing allowed": {limits.Config{Worst: cent}, "the next request could go beyond the cap of $0.00"},
		"requests":        {limits.Config{Worst: free, MaxRequests: 50}, "50 requests were sent, which is the cap"},
		"time":            {limits.Config{Worst: free, MaxDuration: time.Second}, "it would take longer than 1s, which is the cap"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rep, err := probe(t, t.Context(), sim.Config{Limits: sim.Limits{RPM: 180}}, test.cfg)
				if err != nil || rep.Stopped != test.stopped || rep.Cost > test.cfg.MaxCost || rep.Sure() {
					t.Errorf("got %+v, %v; want stopped: %s", rep, err, test.stopped)
				}
			})
		})
	}
}

func TestOtherFailuresEndTheSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rep, err := probe(t, t.Context(), sim.Config{APIKeys: []string{"other"}}, limits.Config{Worst: free})
		if !request.IsAuth(err) || rep == nil || rep.Requests != 1 || rep.Stopped == "" {
			t.Errorf("got %+v, %v", rep, err)
		}
	})
}

func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		rep, err := probe(t, ctx, sim.Config{Limits: sim.Limits{RPM: 180}}, limits.Config{Worst: free})
		if err != nil || rep.Stopped != "interrupted" || rep.Elapsed != time.Second {
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
	rep := &limits.Report{Name: "m", Requests: 9, Refused: 2, Stopped: "why", Limits: []limits.Finding{
		{
			Name: limits.RPM, Stated: new(int64(600)), Shape: limits.Bucket, Window: time.Second,
			PerMinute: &limits.Estimate{Value: 601, Low: 598, High: new(604.)}, Burst: &limits.Estimate{Value: 10, Low: 10, High: new(10.5)},
		},
		{Name: limits.TPM, Unsure: "the search ended before", AtLeast: 1234},
	}}
	var text, yaml strings.Builder
	if err := errors.Join(rep.Text(&text), rep.YAML(&yaml)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"! stopped: why", "601 (598–604)", "bucket of 1 s", "not found: the search ended before; 1,234 were let through"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, text.String())
		}
	}
	if got := yaml.String(); !strings.Contains(got, "limits: {rpm: 600}\n") || !strings.Contains(got, "# tpm: not found\n") {
		t.Errorf("got %s", got)
	}
}
