package pace_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/pace"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]pace.Rate{
		"20": pace.Constant(20), " 0.5 ": pace.Constant(0.5), "1..50/30s": pace.Ramp(1, 50, 30*time.Second),
		"0..2/1m": pace.Ramp(0, 2, time.Minute), "10,20,40/1m": pace.Steps(time.Minute, 10, 20, 40), "5/10s": pace.Steps(10*time.Second, 5),
	} {
		got, err := pace.ParseRate(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
		if again, err := pace.ParseRate(got.String()); err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%q is written %q, which reads as %v, %v", text, got, again, err)
		}
	}
	for text, what := range map[string]string{
		"": "no number", "0": "above 0", "-1": "above 0", "NaN": "above 0", "2e6": "a million", "1..2": "give the time", "1..2..3/1s": "two rates",
		"1,2": "give the time", "1,x/soon": `"soon" is no duration`, "1/-1s": "give the time", "1..0/1s": "above 0",
	} {
		if _, err := pace.ParseRate(text); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v, want %q", text, err, what)
		}
	}
}

func TestParseSpacing(t *testing.T) {
	for text, want := range map[string]pace.Spacing{"even": pace.Even, "poisson": pace.Poisson, "gamma:0.5": pace.Gamma(0.5)} {
		got, err := pace.ParseSpacing(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "gamma", "gamma:0", "gamma:-1", "gamma:NaN", "poisson:1", "even:1", "uniform"} {
		if s, err := pace.ParseSpacing(text); err == nil {
			t.Errorf("%q: %v, want an error", text, s)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"20", "1..50/30s", "10,20,40/1m", "1e-300..5/1ns", "0..1/2540400h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := pace.ParseRate(text)
		if err != nil {
			return
		}
		last := time.Duration(0)
		for _, a := range take(pace.Load{Rate: r}.Schedule(), 1000) {
			if a.At < last {
				t.Fatalf("%q: %v after %v", text, a.At, last)
			}
			last = a.At
		}
	})
}
