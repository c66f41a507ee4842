package sim_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestParseDist(t *testing.T) {
	for text, want := range map[string]sim.Dist{
		"0":                      sim.Constant(0),
		"40":                     sim.Constant(40),
		" 2.5 ":                  sim.Constant(2.5),
		"1e3":                    sim.Constant(1000),
		"250ms":                  sim.Constant(0.25),
		"1m30s":                  sim.Constant(90),
		"uniform(20,120)":        sim.Uniform(20, 120),
		"uniform( 100ms , 2s )":  sim.Uniform(0.1, 2),
		"normal(300ms,50ms)":     sim.Normal(0.3, 0.05),
		"lognormal(300ms,0.4)":   sim.LogNormal(0.3, 0.4),
		" lognormal (80, 0.25) ": sim.LogNormal(80, 0.25),
		"exp(1.5)":               sim.Exponential(1.5),
		"zipf(1.2,4096)":         sim.Zipf(1.2, 4096),
	} {
		got, err := sim.ParseDist(text)
		if err != nil || got != want {
			t.Errorf("ParseDist(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseDistError(t *testing.T) {
	for text, remedy := range map[string]string{
		"":                        "number or duration of at least 0",
		"soon":                    "number or duration of at least 0",
		"-1":                      "number or duration of at least 0",
		"-250ms":                  "number or duration of at least 0",
		"NaN":                     "number or duration of at least 0",
		"inf":                     "number or duration of at least 0",
		"5 apples":                "number or duration of at least 0",
		"uniform(1)":              "write a number, uniform(low,high)",
		"uniform(1,2,3)":          "write a number, uniform(low,high)",
		"uniform(1,2":             "write a number, uniform(low,high)",
		"exp(1,2)":                "write a number, uniform(low,high)",
		"exp()":                   `distribution "exp()"`,
		"gamma(1,2)":              "exp(mean) or zipf(exponent,most)",
		"(1)":                     "write a number, uniform(low,high)",
		"uniform(1,-2)":           `distribution "uniform(1,-2)"`,
		"normal(1,NaN)":           "number or duration of at least 0",
		"lognormal(1,2) and more": "write a number, uniform(low,high)",
	} {
		if d, err := sim.ParseDist(text); err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("ParseDist(%q) = %+v, %v; want an error that says %q", text, d, err, remedy)
		}
	}
}

func TestDistMeans(t *testing.T) {
	// The mean of a log-normal is its median times exp(σ²/2); that of a normal cut off at 0 is far enough from 0 here; and that
	// of a Zipf distribution with exponent 4 is ζ(3)/ζ(4).
	for text, want := range map[string]float64{
		"7": 7, "uniform(20,120)": 70, "uniform(120,20)": 70, "normal(100,10)": 100, "exp(3)": 3, "lognormal(100,0.5)": 100 * math.Exp(0.125),
		"zipf(4,1e9)": 1.1106265, "zipf(4,1)": 1, "zipf(1,10)": 1,
	} {
		d, err := sim.ParseDist(text)
		if err != nil {
			t.Fatal(err)
		}
		const n = 200_000
		rng, sum := rand.New(rand.NewPCG(1, 2)), 0.0
		for range n {
			sum += d.Sample(rng)
		}
		if mean := sum / n; math.Abs(mean-want) > 0.01*want {
			t.Errorf("%s: mean %v, want about %v", text, mean, want)
		}
	}
}

func TestDistMedian(t *testing.T) {
	d, rng, above := sim.LogNormal(0.3, 0.4), rand.New(rand.NewPCG(3, 4)), 0
	for range 100_000 {
		if d.Sample(rng) > 0.3 {
			above++
		}
	}
	if above < 49_000 || above > 51_000 {
		t.Errorf("%d of 100,000 samples are above the median", above)
	}
}

// Tails end where a number of seconds would no longer fit a time.Duration, and the cut-off parts are 0.
func TestDistBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, d := range []sim.Dist{
		{}, sim.Constant(-1), sim.Constant(math.NaN()), sim.Constant(math.Inf(1)), sim.Normal(0, 1), sim.LogNormal(0, 1e6),
		sim.LogNormal(1, 1e6), sim.Exponential(1e300), sim.Uniform(0, 1e300), sim.Uniform(-5, 5),
		sim.Zipf(1.0001, 1e300), sim.Zipf(math.NaN(), 5), sim.Zipf(2, math.NaN()),
	} {
		for range 1000 {
			if x := d.Sample(rng); !(x >= 0 && x <= 1e9) {
				t.Fatalf("%+v gives %v, want 0 to 1e9", d, x)
			}
		}
	}
}

func FuzzParseDist(f *testing.F) {
	for _, seed := range []string{"40", "250ms", "uniform(1,2)", "normal(1h,1)", "lognormal(1,1e3)", "exp(1e308)", "lognormal(0,1e308)", "exp(", "zipf(1.01,1e9)", "1_0", "0x1p9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := sim.ParseDist(text)
		if err != nil {
			return
		}
		rng := rand.New(rand.NewPCG(7, 8))
		for range 100 {
			if x := d.Sample(rng); !(x >= 0 && x <= 1e9) {
				t.Fatalf("%q gives %v", text, x)
			}
		}
	})
}
