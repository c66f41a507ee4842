package policy_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// failure is one way of a provider to fail, and what becomes of a request that it happens to.
type failure struct {
	Provider string
	// Tells is what tells it from others of the same status.
	Tells  string
	Status int
	Header map[string]string
	Body   json.RawMessage
	// Error stands for Status, Header and Body where no response came, or where only the dialect sees the failure in it.
	Error *struct {
		Class  request.Class
		Reason request.Reason
		Billed bool
	}

	Class  request.Class
	Reason request.Reason
	Billed bool
	verdict
}

// verdict is what a policy makes of a failure, in the words of the document.
type verdict struct {
	Retry    string // no, once, or yes for more
	Wait     string // what the provider names, possibly with words after it, or backoff
	Fallback string // letters for places
	Target   string // rests or out
}

func loadFailures(t *testing.T) (list []failure) {
	t.Helper()
	data, err := os.ReadFile("testdata/failures.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	for {
		var f failure
		if err := d.Decode(&f); err == io.EOF {
			return list
		} else if err != nil {
			t.Fatalf("failure %d: %v", len(list)+1, err)
		}
		list = append(list, f)
	}
}

// occur makes the error that a client returns.
func (f *failure) occur() *request.Error {
	if f.Error != nil {
		return &request.Error{Class: f.Error.Class, Reason: f.Error.Reason, MaybeBilled: f.Error.Billed}
	}
	clean := func(s string) string { return s }
	if f.Status == http.StatusOK {
		return edge.ParseBody(f.Body).InBandError(clean)
	}
	h := http.Header{}
	for name, value := range f.Header {
		h.Set(name, value)
	}
	var limits request.Limits
	edge.OpenAILimits(h, f.Provider == "Groq", &limits)
	return edge.StatusError(f.Status, h, f.Body, &limits, clean)
}

// Every row of the providers' failures is classified and decided as it says.
func TestFailuresAreDecided(t *testing.T) {
	for _, f := range loadFailures(t) {
		e := f.occur()
		if e.Class != f.Class || e.Reason != f.Reason || e.MaybeBilled != f.Billed {
			t.Errorf("%s %d %s: classified as %s, %q, billed %v", f.Provider, f.Status, f.Tells, e.Class, e.Reason, e.MaybeBilled)
		}
		want := f.verdict
		want.Wait, _, _ = strings.Cut(want.Wait, ",")
		if diff := cmp.Diff(want, judge(e)); diff != "" {
			t.Errorf("%s %d %s: %s", f.Provider, f.Status, f.Tells, diff)
		}
	}
}

// judge finds out by asking what Default does about an error.
func judge(e *request.Error) (v verdict) {
	p := policy.Default()
	alone := policy.History{Candidates: []policy.Candidate{failed}, Random: 0.5}
	retries := 0
	alone.Attempts = append(alone.Attempts, policy.Attempt{Err: e})
	first := p.Decide(&alone, noon)
	for d := first; d.Action == policy.Again; d = p.Decide(&alone, noon) {
		retries++
		alone.Attempts = append(alone.Attempts, policy.Attempt{Err: e, Waited: d.Wait})
	}
	v.Retry = [...]string{"no", "once", "yes"}[min(retries, 2)]
	switch {
	case retries > 0 && first.Wait != e.RetryAfter:
		v.Wait = "backoff"
	case first.Rest > 0 || retries > 0:
		v.Wait = short(e.RetryAfter)
	}
	switch {
	case first.Out:
		v.Target = "out"
	case first.Rest > 0:
		v.Target = "rests"
	}
	v.Fallback = places(p, e)
	return v
}

// failed is where the failure is; the others differ from it in one thing.
var (
	failed  = policy.Candidate{Provider: "p", Model: "m", Key: "1", ContextTokens: 8000, Cost: 2, Priced: true}
	key     = policy.Candidate{Provider: "p", Model: "m", Key: "2", ContextTokens: 8000, Cost: 2, Priced: true}
	model   = policy.Candidate{Provider: "p", Model: "n", Key: "1", ContextTokens: 8000, Cost: 2, Priced: true}
	larger  = policy.Candidate{Provider: "p", Model: "n", Key: "1", ContextTokens: 9000, Cost: 2, Priced: true}
	vendor  = policy.Candidate{Provider: "q", Model: "m", Key: "1", ContextTokens: 8000, Cost: 2, Priced: true}
	cheaper = policy.Candidate{Provider: "p", Model: "n", Key: "1", ContextTokens: 8000, Cost: 1, Priced: true}
)

// places are those where a request may go when there is no time to wait.
func places(p *policy.Policy, e *request.Error) string {
	goes := func(p *policy.Policy, to ...policy.Candidate) int {
		return p.Decide(&policy.History{
			Candidates: append([]policy.Candidate{failed}, to...), Attempts: []policy.Attempt{{Err: e}},
			Deadline: noon.Add(time.Nanosecond), Random: 0.5,
		}, noon).Target
	}
	switch {
	case goes(p, model, key) == 2 && goes(p, model) == 1:
		return "K, M"
	case goes(p, model) == 1:
		return "M"
	case goes(p, key) == 1:
		return "K"
	case goes(p, larger) == 1:
		return "L"
	case goes(p, cheaper) == 1:
		return "C"
	case goes(policy.Default().AllowOtherVendor(), vendor) == 1:
		return "V if allowed"
	}
	return ""
}
