package limits_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/limits"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/openai"
)

// Over HTTP, in real time and under any load, the truth is within the bounds of what is found in two seconds.
func TestOverHTTP(t *testing.T) {
	s, err := sim.New(sim.Config{Limits: sim.Limits{RPM: 6000, Shape: sim.Second}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	c, err := openai.New(openai.Config{BaseURL: server.URL + "/v1", APIKey: "k", Model: "demo", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := limits.Find(t.Context(), limits.Config{Client: c, Worst: free, MaxDuration: 2 * time.Second, Rest: 1100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	rpm := rep.Limits[0]
	if rpm.Stated == nil || *rpm.Stated != 6000 {
		t.Errorf("stated: %v", rpm.Stated)
	}
	if e := rpm.PerMinute; e != nil && (e.Low > 6000 || e.High != nil && *e.High < 6000) {
		t.Errorf("got %+v; want 6,000 a minute within the bounds", *e)
	}
}
