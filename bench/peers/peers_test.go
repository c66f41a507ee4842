package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// Every client says what the server said, so that none is fast because it does less.
func TestEveryPeerAnswers(t *testing.T) {
	s := httptest.NewServer(server())
	t.Cleanup(s.Close)
	var whole string
	if err := json.Unmarshal([]byte(yardstick.Text()), &whole); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(yardstick.Words(), "")
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			o, err := p.open(site{s.URL, 2})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(o.close)
			check(t, "complete", o.complete, answer{whole, 21, 220})
			check(t, "stream", o.stream, answer{words, 21, 100})
		})
	}
}

func check(t *testing.T, kind string, call ask, want answer) {
	t.Helper()
	got, err := call(t.Context())
	if err != nil {
		t.Errorf("%s: %v", kind, err)
		return
	}
	if got != want {
		t.Errorf("%s: %d bytes of text, usage %d and %d, want %d, %d and %d", kind, len(got.text), got.in, got.out, len(want.text), want.in, want.out)
	}
}

// A baseline is there for each peer, and in the same comparisons.
func TestBaselines(t *testing.T) {
	for _, p := range peers {
		base, ok := peerNamed(p.base)
		if !ok || base.base != base.name || base.kinds != nil {
			t.Errorf("%s is compared with %q, which is no baseline", p.name, p.base)
		}
	}
}

// Figures are right where the truth is known: a client that makes one request for each answer.
func TestMeasure(t *testing.T) {
	s := httptest.NewServer(server())
	t.Cleanup(s.Close)
	p, _ := peerNamed(rawChat)
	f, err := measure(complete, p, s.URL, 64)
	if err != nil {
		t.Fatal(err)
	}
	if f["allocations"] < 20 || f["bytes"] < 1000 || f["p50"] <= 0 || f["p50"] > f["p99"] {
		t.Errorf("figures %v", f)
	}
	if f, err = measure(limited, p, "", 4); err != nil {
		t.Fatal(err)
	}
	if f["answered"] != 1 || f["refused"] != 0 || f["requests"] != 1 || f["wall ratio"] < 1 {
		t.Errorf("figures within the limit: %v", f)
	}
	if _, err := measure("speed", p, s.URL, 1); err == nil {
		t.Error("an unknown comparison was made")
	}
}

func TestAFailureIsAnError(t *testing.T) {
	failing := &peer{open: func(site) (*opened, error) {
		call := func(context.Context) (answer, error) { return answer{}, context.DeadlineExceeded }
		return &opened{complete: call, stream: call, close: func() {}}, nil
	}}
	if f, err := measure(complete, failing, "", 4); err == nil {
		t.Errorf("figures %v of a client that fails", f)
	}
}

func TestShortest(t *testing.T) {
	for n, want := range map[int]time.Duration{1: thinking, 60: thinking, 600: 9*time.Second + thinking} {
		if got := shortest(n); got != want {
			t.Errorf("%d requests in %v, want %v", n, got, want)
		}
	}
}

func TestRatiosArePaired(t *testing.T) {
	o := outcome{rounds: map[string][]figures{
		"base": {{"cpu": 10}, {"cpu": 20}, {"cpu": 40}},
		"peer": {{"cpu": 20}, {"cpu": 30}, {"cpu": 120}},
	}}
	p := &peer{name: "peer", base: "base"}
	if got, want := o.ratio(p, "cpu"), (spread{2, 1.5, 3}); got != want {
		t.Errorf("ratio %v, want %v", got, want)
	}
	if got, want := over([]float64{4, 1, 3, 2}), (spread{2.5, 1, 4}); got != want {
		t.Errorf("spread of an even number %v, want %v", got, want)
	}
}

func TestTable(t *testing.T) {
	o := outcome{rounds: map[string][]figures{}}
	for _, p := range taking(limited)[1:] {
		o.rounds[p.name] = []figures{{"answered": 1, "refused": 3, "requests": 1.25, "wall": 9.2, "wall ratio": 1}}
	}
	var b strings.Builder
	sections[3].write(&b, o, 1, 600)
	for _, row := range []string{
		"| net/http + encoding/json | failed | failed | failed | failed | failed |",
		"| llmgate, whole path | 100.0 % | 3 | 1.25 | 9.2 s | 1.00 |",
		"The shortest possible is 9.2s",
	} {
		if !strings.Contains(b.String(), row) {
			t.Errorf("no %q in\n%s", row, b.String())
		}
	}
}
