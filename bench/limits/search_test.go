package limits

import (
	"flag"
	"fmt"
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table prints the rows of the documentation's table: go test ./bench/limits -run TestFinds -v -table
var table = flag.Bool("table", false, "print what was found beside the truth")

// shapes are what the forms are to be taken for.
var shapes = map[form]Shape{minute: Bucket, second: Bucket, fixed: Fixed, sliding: Sliding}

// worlds are all configurations: limits, charges, and whether refusals tell how long to wait.
func worlds() (list []*world) {
	for _, f := range []form{minute, second, fixed, sliding} {
		rpm := 180
		if f == second {
			rpm = 3600
		}
		for _, charge := range []Charge{Sum, Max, Actual, Prompt} {
			for _, hints := range []time.Duration{0, time.Second} {
				if raced && (hints > 0 || charge != Prompt) {
					continue
				}
				if hints > 0 && (charge == Max || charge == Actual) {
					continue // hints change when requests are sent, not what they count
				}
				w := &world{form: f, rpm: rpm, tpm: 200 * rpm, charge: charge, hints: hints, delay: 2 * time.Millisecond, written: 200}
				if charge == Prompt {
					w.tpm, w.itpm, w.otpm = 0, 170*rpm, 50*rpm
				}
				list = append(list, w)
			}
		}
	}
	return list
}

// What is found is within 3 % of the truth in every configuration, and its shape is the right one.
func TestFinds(t *testing.T) {
	for _, w := range worlds() {
		t.Run(fmt.Sprintf("%s/%s/hints of %v", w.form, w.charge, w.hints), func(t *testing.T) {
			s := w.search(t)
			w.holds(t, s.requests.find(RPM, &s.stated.Requests, ""), w.rpm)
			w.holds(t, s.tokens.find(TPM, &s.stated.Tokens, ""), w.tpm+w.itpm)
			if w.otpm > 0 {
				w.holds(t, s.answers.find(OTPM, &s.stated.OutputTokens, ""), w.otpm)
			}
			if charged := s.tokens.charged(); charged[0] != w.charge && len(charged) == 1 || s.promptsOnly() != (w.otpm > 0) {
				t.Errorf("tokens count as %q, want %q", charged, w.charge)
			}
			if *table {
				t.Logf("%v, %d requests", w.now.Round(time.Second), w.requests)
			}
		})
	}
}

// holds holds a finding to 3 % of the truth.
func (w *world) holds(t *testing.T, f Finding, perMinute int) {
	t.Helper()
	rate, burst := float64(perMinute), float64(perMinute)
	if w.form == second {
		burst /= 60
	}
	if f.PerMinute == nil || math.Abs(f.PerMinute.Value/rate-1) > 0.03 || math.Abs(f.Burst.Value/burst-1) > 0.03 || f.Shape != shapes[w.form] {
		t.Errorf("%s: got %+v (%s a minute, %s at once); want %v and %v, %s", f.Name, f, f.PerMinute.text(), f.Burst.text(), rate, burst, shapes[w.form])
	}
	if *table {
		t.Logf("| %s | %s, %s | %.0f / %.0f | %s / %s | %s |", f.Name, w.form, w.charge, rate, burst, f.PerMinute.text(), f.Burst.text(), f.shape())
	}
}

// Slow and uneven answers widen the bounds, and the truth stays within.
func TestSlowAnswersMakeItUnsureNotWrong(t *testing.T) {
	for _, f := range []form{minute, second, fixed, sliding} {
		t.Run(string(f), func(t *testing.T) {
			w := &world{form: f, rpm: 300, tpm: 6000, delay: 100 * time.Millisecond}
			s := w.search(t)
			found := s.requests.find(RPM, &s.stated.Requests, "")
			e := found.PerMinute
			if e == nil || e.Low > 300 || e.High != nil && *e.High < 300 {
				t.Fatalf("got %+v, %s a minute", found, e.text())
			}
			if found.Unsure == "" && math.Abs(e.Value/300-1) > sureEnough {
				t.Errorf("%s a minute is said to be sure", e.text())
			}
		})
	}
}

func TestRefusedRequestsThatCount(t *testing.T) {
	for _, counted := range []bool{false, true} {
		w := &world{form: minute, rpm: 180, counted: counted, delay: 2 * time.Millisecond}
		want := PerRequest
		if counted {
			want = PerTry
		}
		if got := w.search(t).requests.charged(); len(got) != 1 || got[0] != want {
			t.Errorf("counts %q, want %q", got, want)
		}
	}
}
