package otel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, false)
		d := over(t, s, fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{answer()}}}}))
		if _, err := request.Collect(d.Stream(t.Context(), question())); err != nil {
			t.Fatal(err)
		}
		for range d.Stream(t.Context(), question()) { // and one that is left
			break
		}
		s.Changed(router.Change{Target: "a", To: router.Resting})
		var m metricdata.ResourceMetrics
		if err := s.metrics.Collect(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, one := range m.ScopeMetrics[0].Metrics {
			got[one.Name+" "+one.Unit] = points(one.Data)
		}
		want := map[string]string{
			"gen_ai.client.operation.duration s":            "1×2 1×2",
			"gen_ai.client.operation.time_to_first_chunk s": "1×2 1×2",
			"gen_ai.client.token.usage {token}":             "1×14 1×3",
			"llmgate.attempts {attempt}":                    "1 1",
			"llmgate.cost USD":                              "0.01",
			"llmgate.target.changes {change}":               "1",
			"llmgate.wait.duration s":                       "1×0 1×0",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// points writes counts and sums.
func points(data metricdata.Aggregation) string {
	var list []string
	switch data := data.(type) {
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprintf("%d×%v", p.Count, p.Sum))
		}
	case metricdata.Histogram[int64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprintf("%d×%v", p.Count, p.Sum))
		}
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprint(p.Value))
		}
	case metricdata.Sum[float64]:
		for _, p := range data.DataPoints {
			list = append(list, fmt.Sprint(p.Value))
		}
	}
	slices.Sort(list) // the order of points is open
	return strings.Join(list, " ")
}
