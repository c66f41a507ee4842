package prom_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/observe/prom"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// books are stats that do not change.
type books dispatcher.Stats

func (b books) Stats() dispatcher.Stats { return dispatcher.Stats(b) }

func export(t *testing.T, e *prom.Exporter) string {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(e); err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			t.Fatal(err)
		}
	}
	if problems, err := testutil.CollectAndLint(e); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	return text.String()
}

func TestAllFamilies(t *testing.T) {
	e := prom.New(prom.Config{})
	e.Watch(books{InFlight: 6, Targets: []dispatcher.TargetStats{
		{
			TargetStats: router.TargetStats{Name: "a", InFlight: 2},
			Lane: lane.Stats{
				Queued: 3, Admitted: 40, RateLimited: 5,
				Limits: []lane.LimitStats{{Dimension: "requests", Limit: 600, Rate: 10, Level: 37, Utilisation: 0.5}, {Dimension: "tokens", Rate: 100, Level: -7}},
			},
			Spent: dispatcher.Spent{PromptTokens: 1000, OutputTokens: 200, Cost: request.Dollar / 4, Unpriced: 1},
		},
		{TargetStats: router.TargetStats{Name: "b", Out: &request.Error{Class: request.ClassAuth}, State: policy.Open, ReadyAt: time.Now().Add(-time.Hour)}, Lane: lane.Stats{CoolUntil: time.Now().Add(-time.Hour)}},
	}})
	ctx := context.Background()
	e.Attempted(ctx, "a", &request.Attempt{Latency: 30 * time.Millisecond, Waited: 2 * time.Second, TTFT: 20 * time.Millisecond}, nil)
	e.Attempted(ctx, "a", &request.Attempt{Class: request.ClassRateLimit, Latency: 5 * time.Millisecond}, &request.Error{})
	e.Resolved(ctx, dispatcher.Resolution{Response: &request.Response{}, Latency: 3 * time.Second})
	e.Resolved(ctx, dispatcher.Resolution{Err: &request.Error{Class: request.ClassBudget}})
	e.Resolved(ctx, dispatcher.Resolution{})
	got := export(t, e)
	file := filepath.Join("testdata", "all.txt")
	if os.Getenv("LLMGATE_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("(-want +got; LLMGATE_UPDATE=1 writes it):\n%s", d)
	}
}

// What a dispatcher did is there, and nothing of what was said.
func TestOverADispatcher(t *testing.T) {
	e := prom.New(prom.Config{})
	client := fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: &request.Error{Class: request.ClassTransient, Status: 500, Message: "bad key sk-1234567890"}}, {Text: "the answer"}}}}})
	d, err := dispatcher.New(dispatcher.Config{Targets: []dispatcher.Target{{Name: "a", Client: client}}, Hooks: dispatcher.Hooks{e}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Abort()
	if strings.Contains(export(t, e), "llmgate_up") {
		t.Error("books were read before they were given")
	}
	e.Watch(d)
	_, err = d.Complete(t.Context(), request.Request{Tenant: "acme", Messages: []request.Message{{Role: request.RoleUser, Content: "the question"}}})
	if err != nil {
		t.Fatal(err)
	}
	got := export(t, e)
	for _, want := range []string{
		`llmgate_admitted_total{target="a"} 2`, `llmgate_up{target="a"} 1`, `llmgate_attempt_duration_seconds_count{class="transient",target="a"} 1`,
		`llmgate_attempt_duration_seconds_count{class="",target="a"} 1`, `llmgate_request_duration_seconds_count{class=""} 1`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s:\n%s", want, got)
		}
	}
	if found := regexp.MustCompile(`the question|the answer|acme|sk-1234567890`).FindString(got); found != "" {
		t.Errorf("shows %q", found)
	}
}

// Waits are shown as long as they last.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := prom.New(prom.Config{})
		e.Watch(books{Targets: []dispatcher.TargetStats{{
			TargetStats: router.TargetStats{Name: "a", ReadyAt: time.Now().Add(30 * time.Second)}, Lane: lane.Stats{CoolUntil: time.Now().Add(20 * time.Second)},
		}}})
		time.Sleep(5 * time.Second)
		got := export(t, e)
		for _, want := range []string{`llmgate_cooldown_seconds{target="a"} 15`, `llmgate_rest_seconds{target="a"} 25`} {
			if !strings.Contains(got, want) {
				t.Errorf("lacks %s:\n%s", want, got)
			}
		}
	})
}

// Tenants have a label if they are named, and share one if they are not.
func TestTenants(t *testing.T) {
	e := prom.New(prom.Config{Tenants: []string{"acme"}})
	for _, tenant := range []string{"acme", "acme", "initech", ""} {
		e.Resolved(t.Context(), dispatcher.Resolution{Request: request.Request{Tenant: tenant}, Response: &request.Response{}})
	}
	got := export(t, e)
	for _, want := range []string{`_count{class="",tenant="acme"} 2`, `_count{class="",tenant="other"} 2`} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "initech") {
		t.Errorf("shows a tenant that was not named:\n%s", got)
	}
}

func TestHandler(t *testing.T) {
	e := prom.New(prom.Config{})
	e.Watch(books{InFlight: 6})
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if text := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(text, "llmgate_open_requests 6\n") || strings.Contains(text, "go_") {
		t.Errorf("status %d:\n%s", w.Code, text)
	}
}

func BenchmarkAttempted(b *testing.B) {
	e := prom.New(prom.Config{})
	try := &request.Attempt{Latency: time.Second, TTFT: time.Millisecond}
	b.ReportAllocs()
	for b.Loop() {
		e.Attempted(b.Context(), "a", try, nil)
	}
}
