package gemini_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

const batchAddress = "https://generativelanguage.googleapis.com/v1beta"

// batchObject is a batch in a state, with more fields.
func batchObject(state, more string) string {
	return `{"name":"batches/b1","metadata":{"@type":"GenerateContentBatch","model":"models/m","createTime":"2026-01-02T03:04:05.678Z",` +
		`"batchStats":{"requestCount":"5","successfulRequestCount":"3","failedRequestCount":1},"state":"` + state + `"}` + more + `}`
}

func TestBatchRequests(t *testing.T) {
	fresh := batchObject("BATCH_STATE_PENDING", "")
	routes := &canned.Routes{Answers: map[string]string{
		"POST /v1beta/models/gemini-2.5-flash:batchGenerateContent": fresh, "GET /v1beta/batches/b1": fresh, "POST /v1beta/batches/b1:cancel": "{}",
	}}
	client := clientOver(t, routes, nil)
	batch, err := client.SubmitBatch(t.Context(), canned.Batch())
	want := request.Batch{
		ID: "batches/b1", State: request.BatchSubmitted, Counts: request.BatchCounts{Total: 5, Succeeded: 3, Failed: 1},
		Created: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC),
	}
	if d := cmp.Diff(want, batch); err != nil || d != "" {
		t.Errorf("error %v, batch (-want +got):\n%s", err, d)
	}
	_, polled := client.PollBatch(t.Context(), "batches/b1")
	if err := errors.Join(polled, client.CancelBatch(t.Context(), "batches/b1")); err != nil {
		t.Error(err)
	}
	item := func(id string) string {
		return `{"request":{"contents":[{"role":"user","parts":[{"text":"Hello?"}]}]},"metadata":{"key":"` + id + `"}}`
	}
	sent := []string{
		"POST " + batchAddress + "/models/gemini-2.5-flash:batchGenerateContent\n" +
			`{"batch":{"displayName":"llmgate","inputConfig":{"requests":{"requests":[` + item("a") + "," + item("b") + `]}}}}`,
		"GET " + batchAddress + "/batches/b1",
		"POST " + batchAddress + "/batches/b1:cancel",
	}
	if d := cmp.Diff(sent, routes.Sent); d != "" {
		t.Errorf("sent (-want +got):\n%s", d)
	}
	for _, r := range routes.Got {
		if r.Header.Get("X-Goog-Api-Key") != testKey {
			t.Errorf("%s: header %v", r.URL, r.Header)
		}
	}
}

func TestBatchFaults(t *testing.T) {
	routes := &canned.Routes{}
	client := clientOver(t, routes, nil)
	canned.CheckBatchFaults(t, client, func() int { return len(routes.Sent) })
	for _, id := range []string{"", "b1", "batches/", "batches/..", "batches/a/b", "models/m:generateContent", "batches/b?x=y"} {
		if _, err := client.PollBatch(t.Context(), id); !errors.Is(err, request.ErrInvalid) || len(routes.Sent) > 0 {
			t.Errorf("ID %q: %v, sent %v", id, err, routes.Sent)
		}
	}
}

func TestNoBatches(t *testing.T) {
	canned.CheckNoBatches(t, clientOver(t, nil, func(c *gemini.Config) {
		c.BaseURL = "https://l-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google"
	}))
}

func TestBatchStates(t *testing.T) {
	for state, want := range map[string]request.BatchState{
		"BATCH_STATE_PENDING": request.BatchSubmitted, "BATCH_STATE_RUNNING": request.BatchRunning, "BATCH_STATE_SUCCEEDED": request.BatchEnded,
		"BATCH_STATE_FAILED": request.BatchFailed, "BATCH_STATE_CANCELLED": request.BatchCanceled, "BATCH_STATE_EXPIRED": request.BatchExpired,
		"JOB_STATE_QUEUED": request.BatchSubmitted, "JOB_STATE_SUCCEEDED": request.BatchEnded, "JOB_STATE_CANCELLING": request.BatchRunning, "": request.BatchRunning,
	} {
		batch, err := clientOver(t, canned.Answer(batchObject(state, "")), nil).PollBatch(t.Context(), "batches/b1")
		if err != nil || batch.State != want || (batch.Err != nil) != (want == request.BatchFailed) {
			t.Errorf("%s: %+v, error %v", state, batch, err)
		}
	}
	body := batchObject("BATCH_STATE_FAILED", `,"done":true,"error":{"code":8,"message":"too many batches"}`)
	batch, err := clientOver(t, canned.Answer(body), nil).PollBatch(t.Context(), "batches/b1")
	if err != nil || !errors.Is(batch.Err, request.ErrRateLimit) || !strings.Contains(batch.Err.Error(), "too many batches") {
		t.Errorf("%+v, error %v", batch, err)
	}
}

const (
	resultA = `{"metadata":{"key":"a"},"response":{"candidates":[{"content":{"role":"model","parts":[{"text":"One"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":1000,"totalTokenCount":2000},"modelVersion":"gemini-2.5-flash","responseId":"r1"}}`
	resultB = `{"metadata":{"key":"b"},"error":{"code":3,"message":"bad request"}}`
	resultC = `{"error":{"code":4,"message":"too late"},"metadata":{"key":"c"}}`
	resultD = `{"metadata":{"key":"d"},"error":{"code":1,"message":"canceled"}}`
)

// batchWith is a batch that is over with these results, which stand in it twice.
func batchWith(results ...string) string {
	list := `{"inlinedResponses":{"inlinedResponses":[` + strings.Join(results, ",") + `]}}`
	return `{"name":"batches/b1","metadata":{"state":"BATCH_STATE_SUCCEEDED","output":` + list + `},"done":true,"response":` + list + `}`
}

func resultsOf(t testing.TB, text string) ([]request.BatchResult, error) {
	t.Helper()
	return canned.Results(t, clientOver(t, canned.Answer(text), nil), "batches/b1")
}

func TestBatchResults(t *testing.T) {
	all, err := resultsOf(t, batchWith(resultA, resultB, `{"response":"half"}`, resultC, `{"metadata":{"key":"x"}}`, resultD))
	if err != nil || len(all) != 6 {
		t.Fatalf("%d results, error %v", len(all), err)
	}
	if r := all[0].Response; all[0].ID != "a" || r.Content != "One" || r.ID != "r1" {
		t.Errorf("got %+v", r)
	}
	_, body, _ := strings.Cut(resultA, `"response":`)
	alone, err := clientOver(t, canned.Answer(strings.TrimSuffix(body, "}")), nil).Complete(t.Context(), canned.Ask())
	if err != nil {
		t.Fatal(err)
	}
	if cost := all[0].Response.Usage.Cost; cost <= 0 || 2*cost != alone.Usage.Cost {
		t.Errorf("%v in a batch, %v alone", cost, alone.Usage.Cost)
	}
	for i, want := range []struct {
		id     string
		class  request.Class
		reason request.Reason
		billed bool
	}{
		{"b", request.ClassInvalid, "", false}, {"", request.ClassTruncated, "", true}, {"c", request.ClassTimeout, request.ReasonExpired, false},
		{"", request.ClassTruncated, "", true}, {"d", request.ClassCanceled, "", false},
	} {
		result := all[i+1]
		if e := canned.AsError(t, result.Err); result.ID != want.id || e.Class != want.class || e.Reason != want.reason || e.MaybeBilled != want.billed || e.Provider != "gemini" {
			t.Errorf("got %q with %+v, want %+v", result.ID, e, want)
		}
	}
}

// A batch that breaks off, is none, or has its results elsewhere, ends with an error behind the results that came before.
func TestBatchResultsBreakOff(t *testing.T) {
	whole := batchWith(resultA, resultB)
	for name, c := range map[string]struct {
		transport *canned.Transport
		before    int
	}{
		"cut in order":    {canned.Answer(whole[:strings.Index(whole, `{"metadata":{"key":"b"`)+9]), 1},
		"connection lost": {&canned.Transport{Reader: canned.Broken(whole[:strings.Index(whole, `{"metadata":{"key":"b"`)+9])}, 1},
		"too large":       {canned.Answer(batchWith(resultA, `"`+strings.Repeat("x", 100_000)+`"`)), 1},
		"a page":          {canned.Answer("<html>"), 0},
		"a list":          {canned.Answer("[]"), 0},
		"a file":          {canned.Answer(`{"name":"batches/b1","response":{"responsesFile":"files/f"}}`), 0},
		"empty":           {canned.Answer(""), 0},
	} {
		client := clientOver(t, c.transport, func(cfg *gemini.Config) { cfg.MaxAnswer = 50_000 })
		all, err := canned.Results(t, client, "batches/b1")
		if len(all) != c.before || !errors.Is(err, request.ErrTruncated) || !c.transport.Closed {
			t.Errorf("%s: %d results, error %v", name, len(all), err)
		}
	}
}

// The results that come along with a state are not held in memory, and left out.
func TestPollPassesOverResults(t *testing.T) {
	text := strings.Repeat("x", 1000)
	large := make([]string, 200)
	for i := range large {
		large[i] = strings.Replace(resultA, "One", text, 1)
	}
	client := clientOver(t, canned.Answer(batchWith(large...)), func(cfg *gemini.Config) { cfg.MaxAnswer = 10_000 })
	if batch, err := client.PollBatch(t.Context(), "batches/b1"); err != nil || batch.State != request.BatchEnded {
		t.Errorf("%+v, error %v", batch, err)
	}
	if all, err := canned.Results(t, client, "batches/b1"); err != nil || len(all) != 200 {
		t.Errorf("%d results, error %v", len(all), err)
	}
}

func FuzzBatchResults(f *testing.F) {
	for _, text := range []string{batchWith(resultA, resultB, resultC), batchObject("BATCH_STATE_FAILED", `,"error":{"code":13}`), "{", "null", "[]", `{"metadata":{"output":{"inlinedResponses":{"inlinedResponses":[1,null,{}]}}}}`, `{"response":{"inlinedResponses":[]}}`, `{"metadata":{"createTime":"yesterday"}}`, `{"unknown":1e999}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, results := resultsOf(t, text)
		_, polled := clientOver(t, canned.Answer(text), nil).PollBatch(t.Context(), "batches/b1")
		for _, err := range []error{results, polled} {
			if err != nil && !errors.Is(err, request.ErrTruncated) {
				t.Errorf("%v", err)
			}
		}
	})
}
