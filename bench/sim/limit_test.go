package sim

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var charges = []Charge{ChargeSum, ChargeMax, ChargeActual}

// limiterPair is a limiter and two dumb limits, which get the same.
type limiterPair struct {
	t       *rapid.T
	cfg     Limits
	real    *limiter
	model   map[string]*dumb
	changed int
	at      time.Time
	open    []opened // admitted and not settled
}

type opened struct {
	charged  time.Time
	reserved int
}

func TestLimiterAgainstDumb(t *testing.T) {
	for _, shape := range shapes {
		for _, charge := range charges {
			t.Run(string(shape)+"/"+string(charge), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					p := newLimiterPair(t, Limits{Shape: shape, Charge: charge})
					t.Repeat(map[string]func(*rapid.T){
						"": func(*rapid.T) {}, "pause": p.pause, "admit": p.admit, "obey": p.obey, "settle": p.settle,
					})
				})
			})
		}
	}
}

func newLimiterPair(t *rapid.T, cfg Limits) *limiterPair {
	rpm, tpm := rapid.IntRange(0, 300), rapid.IntRange(0, 50_000)
	cfg.RPM, cfg.TPM = rpm.Draw(t, "rpm"), tpm.Draw(t, "tpm")
	cfg.CountRejected = rapid.Bool().Draw(t, "count rejected")
	after := time.Duration(0)
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		after += anyPause().Draw(t, "after")
		cfg.Changes = append(cfg.Changes, Change{After: after, RPM: rpm.Draw(t, "rpm"), TPM: tpm.Draw(t, "tpm")})
	}
	if err := cfg.check(); err != nil {
		t.Fatal(err)
	}
	p := &limiterPair{t: t, cfg: cfg, real: newLimiter(cfg), at: epoch, model: map[string]*dumb{
		"requests": {shape: cfg.Shape, limit: cfg.RPM}, "tokens": {shape: cfg.Shape, limit: cfg.TPM},
	}}
	p.real.states(epoch)
	p.tell(dumbEvent{at: epoch, kind: dumbAsk}, "requests", "tokens")
	p.change()
	return p
}

func (p *limiterPair) tell(e dumbEvent, dimensions ...string) {
	for _, d := range dimensions {
		p.model[d].add(e)
	}
}

func (p *limiterPair) pause(t *rapid.T) {
	p.at = p.at.Add(anyPause().Draw(t, "pause"))
	p.change()
}

// change gives the dumb limits the changes that are due.
func (p *limiterPair) change() {
	for ; p.changed < len(p.cfg.Changes); p.changed++ {
		c := p.cfg.Changes[p.changed]
		due := epoch.Add(c.After)
		if due.After(p.at) {
			return
		}
		p.tell(dumbEvent{at: due, kind: dumbSet, n: c.RPM}, "requests")
		p.tell(dumbEvent{at: due, kind: dumbSet, n: c.TPM}, "tokens")
	}
}

// size draws a request and works its charge out.
func (p *limiterPair) size(t *rapid.T) int {
	characters := rapid.IntRange(0, 4000).Draw(t, "characters")
	most := rapid.IntRange(0, max(1, p.model["tokens"].now())).Draw(t, "max_tokens")
	req := &chatRequest{Messages: make([]chatMessage, 1)}
	req.Messages[0].Content.text = strings.Repeat("é", characters)
	if most > 0 {
		req.MaxTokens = &most
	}
	prompt := characters / 4
	if characters%4 > 0 {
		prompt++
	}
	want := prompt + most
	if p.cfg.Charge == ChargeMax {
		want = max(prompt, most)
	}
	if got := req.neutral().charged(p.cfg.Charge); got != want {
		t.Fatalf("%d characters and max_tokens of %d charge %d, want %d", characters, most, got, want)
	}
	return want
}

func (p *limiterPair) fits(size int, slack float64) bool {
	return p.model["requests"].fits(p.at, 1, slack) && p.model["tokens"].fits(p.at, size, slack)
}

func (p *limiterPair) admit(t *rapid.T) { p.ask(t, p.size(t)) }

// ask checks one verdict against the dumb limits.
func (p *limiterPair) ask(t *rapid.T, size int) verdict {
	tpm := p.model["tokens"].now()
	mustAdmit, mayAdmit := p.fits(size, strictly), p.fits(size, about)
	v := p.real.admit(p.at, spend{total: size})
	switch tooLarge := tpm > 0 && size > tpm; {
	case v.tooLarge != tooLarge:
		t.Fatalf("%d of %d tokens: too large is %v", size, tpm, v.tooLarge)
	case v.ok && (tooLarge || !mayAdmit):
		t.Fatalf("%d tokens admitted, do not fit", size)
	case !v.ok && !tooLarge && mustAdmit:
		t.Fatalf("%d tokens refused: %+v, yet they fit", size, v)
	case v.ok:
		p.tell(dumbEvent{at: p.at, kind: dumbTake, n: 1}, "requests")
		p.tell(dumbEvent{at: p.at, kind: dumbTake, n: size}, "tokens")
		p.open = append(p.open, opened{v.charged, size})
	default:
		p.refused(t, v, size)
	}
	return v
}

// refused checks what a refusal tells.
func (p *limiterPair) refused(t *rapid.T, v verdict, size int) {
	if p.cfg.CountRejected {
		p.tell(dumbEvent{at: p.at, kind: dumbTake, n: 1}, "requests")
	}
	if v.tooLarge {
		return
	}
	n := map[string]int{"requests": 1, "tokens": size}[v.dimension]
	blamed := p.model[v.dimension]
	if v.wait <= 0 || v.limit != blamed.now() || v.used < 0 || v.used > v.limit {
		t.Fatalf("a refusal of %d tokens tells %+v under a limit of %d", size, v, blamed.now())
	}
	if v.wait <= farOff && blamed.fits(p.at.Add(v.wait-time.Microsecond), n, strictly) && v.wait > time.Microsecond {
		t.Fatalf("%s told to wait %v, would fit before", v.dimension, v.wait)
	}
}

// obey waits as told and is admitted, unless the limits have changed meanwhile.
func (p *limiterPair) obey(t *rapid.T) {
	size := p.size(t)
	v := p.ask(t, size)
	if v.ok || v.tooLarge || v.wait > farOff {
		return
	}
	before := p.changed
	p.at = p.at.Add(v.wait)
	if p.change(); p.changed > before {
		return
	}
	if again := p.ask(t, size); !again.ok {
		t.Fatalf("waited %v as told and got %+v", v.wait, again)
	}
}

// settle ends a request that used less or more than was reserved.
func (p *limiterPair) settle(t *rapid.T) {
	if len(p.open) == 0 {
		return
	}
	i := rapid.IntRange(0, len(p.open)-1).Draw(t, "which")
	o := p.open[i]
	p.open = append(p.open[:i], p.open[i+1:]...)
	used := rapid.IntRange(0, 2*o.reserved).Draw(t, "used")
	p.real.settle(p.at, o.charged, spend{total: o.reserved}, spend{total: used})
	switch {
	case p.cfg.Charge != ChargeActual || o.charged.IsZero():
	case used > o.reserved:
		p.tell(dumbEvent{at: p.at, kind: dumbTake, n: used - o.reserved}, "tokens")
	default:
		p.tell(dumbEvent{at: p.at, kind: dumbRefund, n: o.reserved - used, taken: o.charged}, "tokens")
	}
}

// Callers read the clock before the lock, so that times come out of order. That must not win anybody allowance.
func TestLimiterTimeOutOfOrder(t *testing.T) {
	for _, shape := range shapes {
		rapid.Check(t, func(t *rapid.T) {
			cfg := Limits{RPM: 60, TPM: 6000, Shape: shape, Charge: ChargeActual}
			disorderly, orderly := newLimiter(cfg), newLimiter(cfg)
			disorderly.states(epoch)
			orderly.states(epoch)
			at, latest := epoch, epoch
			for range rapid.IntRange(1, 200).Draw(t, "requests") {
				at = at.Add(rapid.SampledFrom([]time.Duration{-time.Second, 0, time.Millisecond, time.Second}).Draw(t, "step"))
				if at.After(latest) {
					latest = at
				}
				got, want := disorderly.admit(at, spend{total: 50}), orderly.admit(latest, spend{total: 50})
				if got != want {
					t.Fatalf("%v before the latest time: %+v, want %+v", latest.Sub(at), got, want)
				}
				if got.ok {
					disorderly.settle(at, got.charged, spend{total: 50}, spend{total: 10})
					orderly.settle(latest, want.charged, spend{total: 50}, spend{total: 10})
				}
			}
		})
	}
}

// saturate sends as much as is admitted, waiting as told, for a time.
func saturate(l *limiter, size, used int, run time.Duration) (end time.Time, admitted int) {
	at := epoch
	for at.Sub(epoch) < run {
		v := l.admit(at, spend{total: size})
		if !v.ok {
			at = at.Add(v.wait)
			continue
		}
		admitted++
		l.settle(at, v.charged, spend{total: size}, spend{total: used})
	}
	return at, admitted
}

func TestLimiterUtilisation(t *testing.T) {
	const run = 120 * time.Minute
	for _, shape := range shapes {
		for _, charge := range charges {
			for _, tt := range []struct {
				name       string
				cfg        Limits
				size, used int
			}{
				{"requests", Limits{RPM: 60, TPM: 1_000_000}, 10, 10},
				{"tokens", Limits{RPM: 10_000, TPM: 3000}, 25, 10},
				{"changing", Limits{RPM: 120, Changes: []Change{{After: run / 4, RPM: 60}, {After: run / 2, RPM: 240}}}, 1, 1},
			} {
				tt.cfg.Shape, tt.cfg.Charge = shape, charge
				l := newLimiter(tt.cfg)
				end, _ := saturate(l, tt.size, tt.used, run)
				requests, tokens := l.utilisation(end)
				got := requests
				if tt.name == "tokens" {
					got = tokens
				}
				if got < 0.99 || got > 1.01 {
					t.Errorf("%s, %s, %s: utilisation %v", shape, charge, tt.name, got)
				}
			}
		}
	}
}

// Under ChargeActual, the same limit serves as many more requests as they use less than they reserve.
func TestLimiterChargeActual(t *testing.T) {
	for _, shape := range shapes {
		_, reserved := saturate(newLimiter(Limits{TPM: 6000, Shape: shape}), 100, 25, time.Hour)
		_, actual := saturate(newLimiter(Limits{TPM: 6000, Shape: shape, Charge: ChargeActual}), 100, 25, time.Hour)
		if ratio := float64(actual) / float64(reserved); ratio < 3.8 || ratio > 4.2 {
			t.Errorf("%s: %d requests admitted by what they reserve and %d by what they use, want 4 times as many", shape, reserved, actual)
		}
	}
}

// What was allowed counts from each change on, even if nobody came meanwhile.
func TestLimiterUtilisationIdle(t *testing.T) {
	l := newLimiter(Limits{RPM: 60, Changes: []Change{{After: time.Minute, RPM: 120, TPM: 500}, {After: 2 * time.Minute, TPM: 1000}}})
	for range 45 {
		l.admit(epoch, spend{total: 1})
	}
	if requests, tokens := l.utilisation(epoch.Add(3 * time.Minute)); requests != 45.0/180 || tokens != 0 {
		t.Errorf("utilisation %v and %v, want 0.25 and 0", requests, tokens)
	}
}

func TestLimiterStates(t *testing.T) {
	l := newLimiter(Limits{RPM: 60, TPM: 6000})
	for range 2 {
		l.admit(epoch, spend{total: 100})
	}
	left := l.states(epoch.Add(500 * time.Millisecond))
	requests, tokens := left.requests, left.tokens
	if want := (state{limit: 60, remaining: 58, reset: 1500 * time.Millisecond}); requests != want {
		t.Errorf("requests %+v, want %+v", requests, want)
	}
	if want := (state{limit: 6000, remaining: 5850, reset: 1500 * time.Millisecond}); tokens != want {
		t.Errorf("tokens %+v, want %+v", tokens, want)
	}
}
