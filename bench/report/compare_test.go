package report_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/report"
)

// made is a report of 30 seconds with log-normal latencies and Poisson-like counts. A factor makes it slower.
func made(seed uint64, factor float64) *report.Report {
	rng := rand.New(rand.NewPCG(seed, 7))
	m := measure.New(measure.Config{})
	at := 0.0
	for i := 0; at < 30; i++ {
		at += rng.ExpFloat64() / 40
		sent := time.Duration(at * 1e9)
		took := time.Duration(factor * 3e8 * math.Exp(0.4*rng.NormFloat64()))
		m.Add(&measure.Record{Index: i, Intended: sent, Sent: sent, Pieces: []time.Duration{sent + took/3}, End: sent + took, Output: 20})
	}
	return &report.Report{Schema: report.Schema, Name: "made", Setup: report.Setup{Load: "40 per second, poisson", Streaming: true}, Result: m.Result()}
}

// Reports of the same load differ significantly about as seldom as the confidence says.
func TestCompareSame(t *testing.T) {
	significant, all := 0, 0
	for seed := range uint64(25) {
		for _, d := range report.Compare(made(2*seed, 1), made(2*seed+1, 1), seed) {
			if all++; d.Significant {
				significant++
			}
		}
	}
	if share := float64(significant) / float64(all); share > 0.1 || all < 200 {
		t.Errorf("%d of %d differ, and nothing does", significant, all)
	}
}

// A server a fifth slower is found to be so, and the intervals hold the truth about as often as they claim.
func TestCompareSlower(t *testing.T) {
	truth := map[string]float64{ // a fifth of the quantiles of the distribution
		"E2E p50": 0.2 * 0.3, "E2E p90": 0.2 * 0.3 * math.Exp(0.4*1.2815516), "TTFT p50": 0.2 * 0.1,
	}
	covered, all := 0, 0
	for seed := range uint64(25) {
		for _, d := range report.Compare(made(2*seed+1000, 1), made(2*seed+1001, 1.2), seed) {
			want, ok := truth[d.Name]
			if !ok {
				continue
			}
			if all++; d.Low <= want && want <= d.High {
				covered++
			}
			if !d.Significant || d.Better || math.Abs(d.Share()-0.2) > 0.12 {
				t.Errorf("%+v, want a difference of about %v", d, want)
			}
		}
	}
	if all != 75 || float64(covered)/float64(all) < 0.86 {
		t.Errorf("%d of %d intervals hold the truth", covered, all)
	}
}

// The bounds are those of a bootstrap that really draws every request again.
func TestCompareIsBootstrap(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	list := make([]time.Duration, 400)
	m := measure.New(measure.Config{})
	for i := range list {
		list[i] = time.Duration(1e8 * (1 + rng.ExpFloat64()))
		m.Add(&measure.Record{End: list[i]})
	}
	same := &report.Report{Result: m.Result()}
	const draws = 3000
	diffs := make([]float64, draws)
	for i := range diffs {
		diffs[i] = naiveP90(rng, list) - naiveP90(rng, list)
	}
	variance := 0.0
	for _, d := range diffs {
		variance += d * d / draws
	}
	for _, d := range report.Compare(same, same, 1) {
		if d.Name != "E2E p90" {
			continue
		}
		// Near enough to normal for its deviation to tell the width of the interval.
		if want := 2 * 1.96 * math.Sqrt(variance); math.Abs(d.High-d.Low-want) > 0.1*want || d.Significant {
			t.Errorf("the interval is %v wide, by drawing %v", d.High-d.Low, want)
		}
		return
	}
	t.Error("E2E p90 is not compared")
}

// naiveP90 draws as many again, with replacement, and takes their 90th percentile.
func naiveP90(rng *rand.Rand, list []time.Duration) float64 {
	drawn := make([]float64, len(list))
	for i := range drawn {
		drawn[i] = list[rng.IntN(len(list))].Seconds()
	}
	return quantile(drawn, 0.9)
}

// Rates by Welch, worked out by hand: two seconds of 10 and 12 against two of 20 and 22. The standard error is √2 at two
// degrees of freedom, for which Student's factor is 4.303.
func TestCompareRates(t *testing.T) {
	seconds := func(counts ...int) *report.Report {
		r := &report.Report{}
		for _, n := range counts {
			r.Series = append(r.Series, measure.Second{Answered: n})
		}
		r.Total.To = time.Duration(len(counts)) * time.Second
		return r
	}
	d := report.Compare(seconds(10, 12), seconds(20, 22), 1)[0]
	margin := 4.303 * math.Sqrt2
	if d.Name != "Answers" || math.Abs(d.Low-(10-margin)) > 1e-9 || math.Abs(d.High-(10+margin)) > 1e-9 || !d.Significant || !d.Better {
		t.Errorf("%+v", d)
	}
	d = report.Compare(seconds(10, 12, 14), seconds(20, 22, 24), 1)[0] // four degrees of freedom, a factor of 2.776
	if margin := 2.776 * math.Sqrt(8.0/3); math.Abs(d.Low-(10-margin)) > 0.02 || math.Abs(d.High-(10+margin)) > 0.02 {
		t.Errorf("%+v, want a margin of %v", d, margin)
	}
	if list := report.Compare(seconds(10), seconds(20, 22), 1); len(list) != 0 {
		t.Errorf("one second is compared: %+v", list)
	}
	if d := report.Compare(seconds(10, 10), seconds(10, 10), 1)[0]; d.Significant || d.Low != 0 || d.High != 0 {
		t.Errorf("%+v", d)
	}
}

func TestCompareText(t *testing.T) {
	a, b := made(1, 1), made(2, 1.5)
	b.Partial = "interrupted"
	var out strings.Builder
	if err := report.CompareText(&out, a, b, report.Compare(a, b, 1)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A  made: 40 per second", "! partial: interrupted", "E2E p50", "95 % confidence", "worse", "no difference shown"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
