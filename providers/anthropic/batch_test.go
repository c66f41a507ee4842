package anthropic_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

const batchAddress = "https://api.anthropic.com/v1/messages/batches"

// batchObject is a batch with these counts; its results are said to be elsewhere.
func batchObject(status, counts string) string {
	return `{"id":"msgbatch_1","type":"message_batch","processing_status":"` + status + `","request_counts":{` + counts + `},"ended_at":null,` +
		`"created_at":"2026-01-02T03:04:05Z","expires_at":"2026-01-03T03:04:05Z","cancel_initiated_at":null,"results_url":"https://elsewhere.example/results"}`
}

func TestBatchRequests(t *testing.T) {
	fresh := batchObject("in_progress", `"processing":2`)
	routes := &canned.Routes{Answers: map[string]string{
		"POST /v1/messages/batches": fresh, "GET /v1/messages/batches/msgbatch_1": fresh, "POST /v1/messages/batches/msgbatch_1/cancel": fresh,
		"GET /v1/messages/batches/msgbatch_1/results": "",
	}}
	client := clientOver(t, routes, nil)
	batch, err := client.SubmitBatch(t.Context(), canned.Batch())
	want := request.Batch{
		ID: "msgbatch_1", State: request.BatchRunning, Counts: request.BatchCounts{Total: 2},
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Expires: time.Date(2026, 1, 3, 3, 4, 5, 0, time.UTC),
	}
	if d := cmp.Diff(want, batch); err != nil || d != "" {
		t.Errorf("error %v, batch (-want +got):\n%s", err, d)
	}
	_, polled := client.PollBatch(t.Context(), "msgbatch_1")
	_, read := canned.Results(t, client, "msgbatch_1")
	if err := errors.Join(polled, read, client.CancelBatch(t.Context(), "msgbatch_1")); err != nil {
		t.Error(err)
	}
	item := func(id string) string {
		return `{"custom_id":"` + id + `","params":{"model":"claude-sonnet-4-5","max_tokens":64000,"messages":[{"role":"user","content":"Hello?"}]}}`
	}
	sent := []string{
		"POST " + batchAddress + "\n" + `{"requests":[` + item("a") + "," + item("b") + `]}`,
		"GET " + batchAddress + "/msgbatch_1",
		"GET " + batchAddress + "/msgbatch_1/results", // and not where the batch says
		"POST " + batchAddress + "/msgbatch_1/cancel",
	}
	if d := cmp.Diff(sent, routes.Sent); d != "" {
		t.Errorf("sent (-want +got):\n%s", d)
	}
	for _, r := range routes.Got {
		if r.Header.Get("X-Api-Key") != testKey || r.Header.Get("Anthropic-Version") == "" {
			t.Errorf("%s: header %v", r.URL, r.Header)
		}
	}
}

func TestBatchFaults(t *testing.T) {
	routes := &canned.Routes{}
	client := clientOver(t, routes, nil)
	canned.CheckBatchFaults(t, client, func() int { return len(routes.Sent) })
	for _, id := range []string{"with space", "ä", strings.Repeat("x", 65), "a/b"} {
		if _, err := client.BatchItemSize(request.BatchItem{ID: id, Request: canned.Ask()}); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("ID %q: %v", id, err)
		}
	}
}

// An answer that comes as a call of a tool could not be told from one.
func TestBatchNeedsStructuredOutput(t *testing.T) {
	client := clientOver(t, &canned.Routes{}, nil)
	item := canned.Batch()[0]
	item.Request.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Name: "n", Schema: []byte(`{"type":"object"}`)}
	for model, taken := range map[string]bool{"claude-sonnet-4-0": false, "claude-sonnet-4-5": true} {
		item.Request.Model = model
		if _, err := client.BatchItemSize(item); (err == nil) != taken {
			t.Errorf("%s: %v", model, err)
		}
	}
}

func TestNoBatches(t *testing.T) {
	for platform, url := range map[anthropic.Platform]string{anthropic.Vertex: "https://v.example/v1/projects/p/locations/l", anthropic.Bedrock: "https://b.example"} {
		canned.CheckNoBatches(t, clientOver(t, nil, func(c *anthropic.Config) { c.Platform, c.BaseURL = platform, url }))
	}
}

func TestBatchStates(t *testing.T) {
	for _, c := range []struct {
		status, counts string
		want           request.BatchState
		failed         int
	}{
		{"in_progress", `"processing":5`, request.BatchRunning, 0}, {"canceling", `"processing":5`, request.BatchRunning, 0},
		{"ended", `"succeeded":4,"errored":1`, request.BatchEnded, 1}, {"ended", `"succeeded":1,"expired":4`, request.BatchExpired, 4},
		{"ended", `"succeeded":1,"canceled":3,"expired":1`, request.BatchCanceled, 4},
	} {
		batch, err := clientOver(t, canned.Answer(batchObject(c.status, c.counts)), nil).PollBatch(t.Context(), "msgbatch_1")
		if err != nil || batch.State != c.want || batch.Counts.Total != 5 || batch.Counts.Failed != c.failed {
			t.Errorf("%s {%s}: %+v, error %v", c.status, c.counts, batch, err)
		}
	}
}

func TestBatchSubmissionFails(t *testing.T) {
	for _, body := range []string{"{", "{}", "<html>"} {
		_, err := clientOver(t, canned.Answer(body), nil).SubmitBatch(t.Context(), canned.Batch())
		if e := canned.AsError(t, err); !e.MaybeBilled || e.Provider != "anthropic" {
			t.Errorf("%s: %+v", body, e)
		}
	}
	for status, billed := range map[int]bool{400: false, 429: false, 500: false, 502: true, 504: true} {
		_, err := clientOver(t, &canned.Transport{Status: status}, nil).SubmitBatch(t.Context(), canned.Batch())
		if e := canned.AsError(t, err); e.MaybeBilled != billed || e.Status != status {
			t.Errorf("%d: %+v", status, e)
		}
	}
}

const (
	lineA = `{"custom_id":"a","result":{"type":"succeeded","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"One"}],"stop_reason":"end_turn","usage":{"input_tokens":1000,"output_tokens":1000,"service_tier":"batch"}}}}`
	lineB = `{"custom_id":"b","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too large"},"request_id":"req_1"}}}`
	lineC = `{"custom_id":"c","result":{"type":"expired"}}`
	lineD = `{"custom_id":"d","result":{"type":"canceled"}}`
)

func resultsOf(t testing.TB, text string) ([]request.BatchResult, error) {
	t.Helper()
	return canned.Results(t, clientOver(t, canned.Answer(text), nil), "msgbatch_1")
}

func TestBatchResults(t *testing.T) {
	all, err := resultsOf(t, strings.Join([]string{lineA, lineB, "", `{"custom_id":"x","result":{"type":"novel"}}`, lineC[:20], lineC, lineD}, "\n"))
	if err != nil || len(all) != 6 {
		t.Fatalf("%d results, error %v", len(all), err)
	}
	if r := all[0].Response; all[0].ID != "a" || r.Content != "One" || r.ID != "msg_1" {
		t.Errorf("got %+v", r)
	}
	_, body, _ := strings.Cut(lineA, `"message":`)
	alone, err := clientOver(t, canned.Answer(strings.Replace(strings.TrimSuffix(body, "}}"), "batch", "standard", 1)), nil).Complete(t.Context(), canned.Ask())
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
		{"b", request.ClassInvalid, "", false}, {"", request.ClassTruncated, "", true}, {"", request.ClassTruncated, "", true},
		{"c", request.ClassTimeout, request.ReasonExpired, false}, {"d", request.ClassCanceled, "", false},
	} {
		result := all[i+1]
		if e := canned.AsError(t, result.Err); result.ID != want.id || e.Class != want.class || e.Reason != want.reason || e.MaybeBilled != want.billed || e.Provider != "anthropic" {
			t.Errorf("got %q with %+v, want %+v", result.ID, e, want)
		}
	}
}

func FuzzBatchResults(f *testing.F) {
	for _, line := range []string{lineA, lineB, lineC, "{", "null", `{"custom_id":1}`, `{"custom_id":"a","result":{"type":"succeeded"}}`, `{"custom_id":"a","result":{"type":"errored","error":[]}}`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := resultsOf(t, text+"\n"+lineD)
		if err != nil || len(all) == 0 || all[len(all)-1].ID != "d" {
			t.Errorf("the results behind a bad line: %+v, error %v", all, err)
		}
	})
}
