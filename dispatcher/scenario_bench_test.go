package dispatcher_test

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/providers/openai"
)

// b.N requests of 64 callers to a provider on loopback that takes 300 ms, in real time, under limits that nobody told and under
// the same limits configured.
//
//	go test ./dispatcher -run '^$' -bench Limits -benchtime 600x -timeout 20m
func BenchmarkLimits(b *testing.B) {
	for _, scenario := range []struct {
		name   string
		limits sim.Limits
	}{
		{"RPM=1200,second", sim.Limits{RPM: 1200, Shape: sim.Second}},
		{"RPM=1200,TPM=600k,second", sim.Limits{RPM: 1200, TPM: 600_000, Shape: sim.Second}},
		{"RPM=300,minute", sim.Limits{RPM: 300}},
		{"RPM=1200,refusals-count", sim.Limits{RPM: 1200, Shape: sim.Second, CountRejected: true}},
	} {
		b.Run(scenario.name+"/unknown", func(b *testing.B) { inRealTime(b, scenario.limits, lane.Limits{}) })
		b.Run(scenario.name+"/configured", func(b *testing.B) {
			inRealTime(b, scenario.limits, lane.Limits{RPM: scenario.limits.RPM, TPM: scenario.limits.TPM})
		})
	}
}

func inRealTime(b *testing.B, limits sim.Limits, ceilings lane.Limits) {
	const latency = 300 * time.Millisecond
	s, err := sim.New(sim.Config{Limits: limits, TTFT: sim.Constant(latency.Seconds()), OutputTokens: sim.Constant(50)})
	if err != nil {
		b.Fatal(err)
	}
	server, err := s.Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	client, err := openai.New(openai.Config{BaseURL: server.URL, Model: "m", Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	d := open(b, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, Limits: ceilings}}})
	answered, start := 0, time.Now()
	for r := range d.Run(b.Context(), prompts(b.N), dispatcher.RunOptions{InFlight: 64}) {
		if r.Err == nil {
			answered++
		}
	}
	took, least := time.Since(start), leastTime(limits, b.N)+latency
	if answered != b.N {
		b.Errorf("%d of %d answered", answered, b.N)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took.Seconds(), "s")
	b.ReportMetric(100*(took.Seconds()/least.Seconds()-1), "%-above-least")
	b.ReportMetric(float64(s.Stats().Requests)/float64(max(1, answered)), "requests/answer")
}

// leastTime is how long the limits hold up so many of the prompts: what the buckets don't have at the start comes at their rate.
func leastTime(limits sim.Limits, n int) time.Duration {
	demand := 0
	for job := range prompts(n) {
		demand += (len(job.Request.Messages[0].Content)+3)/4 + job.Request.MaxTokens
	}
	hold := func(perMinute, demand int) time.Duration {
		burst := perMinute
		if limits.Shape == sim.Second {
			burst = perMinute / 60
		}
		if perMinute == 0 || demand <= burst {
			return 0
		}
		return time.Duration(float64(demand-burst) / float64(perMinute) * float64(time.Minute))
	}
	return max(hold(limits.RPM, n), hold(limits.TPM, demand))
}
