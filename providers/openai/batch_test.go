package openai_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const (
	batchAddress   = "https://api.openai.com/v1/batches"
	fileAddress    = "https://api.openai.com/v1/files"
	validating     = `{"id":"batch_1","object":"batch","status":"validating","created_at":1700000000,"expires_at":1700086400,"request_counts":{"total":2,"completed":0,"failed":0},"output_file_id":null,"error_file_id":null,"errors":null}`
	completedBatch = `{"id":"batch_1","status":"completed","request_counts":{"total":5,"completed":2,"failed":3},"output_file_id":"out","error_file_id":"bad"}`
)

// upload is the body of an upload of these lines.
func upload(lines string) string {
	return strings.ReplaceAll("--llmgate-batch\nContent-Disposition: form-data; name=\"purpose\"\n\nbatch\n--llmgate-batch\n"+
		"Content-Disposition: form-data; name=\"file\"; filename=\"batch.jsonl\"\nContent-Type: application/jsonl\n\n", "\n", "\r\n") +
		lines + "\r\n--llmgate-batch--\r\n"
}

func TestBatchRequests(t *testing.T) {
	for _, c := range []struct {
		api  openai.API
		url  string
		body string
	}{
		{openai.Chat, "/v1/chat/completions", `{"model":"m","messages":[{"role":"user","content":"Hello?"}]}`},
		{openai.Responses, "/v1/responses", `{"model":"m","input":[{"role":"user","content":"Hello?"}],"store":false}`},
	} {
		routes := &canned.Routes{Answers: map[string]string{
			"POST /v1/files": `{"id":"in"}`, "POST /v1/batches": validating, "GET /v1/batches/batch_1": validating, "POST /v1/batches/batch_1/cancel": validating,
		}}
		client := clientOver(t, routes, func(cfg *openai.Config) { cfg.API = c.api })
		batch, err := client.SubmitBatch(t.Context(), canned.Batch())
		want := request.Batch{
			ID: "batch_1", State: request.BatchSubmitted, Counts: request.BatchCounts{Total: 2},
			Created: time.Unix(1700000000, 0).UTC(), Expires: time.Unix(1700086400, 0).UTC(),
		}
		if d := cmp.Diff(want, batch); err != nil || d != "" {
			t.Errorf("error %v, batch (-want +got):\n%s", err, d)
		}
		if polled, err := client.PollBatch(t.Context(), "batch_1"); err != nil || polled.ID != "batch_1" {
			t.Errorf("polled %+v, error %v", polled, err)
		}
		if err := client.CancelBatch(t.Context(), "batch_1"); err != nil {
			t.Error(err)
		}
		line := func(id string) string {
			return `{"custom_id":"` + id + `","method":"POST","url":"` + c.url + `","body":` + c.body + "}\n"
		}
		sent := []string{
			"POST " + fileAddress + "\n" + upload(line("a")+line("b")),
			"POST " + batchAddress + "\n" + `{"input_file_id":"in","endpoint":"` + c.url + `","completion_window":"24h"}`,
			"GET " + batchAddress + "/batch_1",
			"POST " + batchAddress + "/batch_1/cancel",
		}
		if d := cmp.Diff(sent, routes.Sent); d != "" {
			t.Errorf("%s: sent (-want +got):\n%s", c.api, d)
		}
		for i, r := range routes.Got {
			kind := "application/json"
			if i == 0 {
				kind = "multipart/form-data; boundary=llmgate-batch"
			}
			if got := r.Header; got.Get("Content-Type") != kind || got.Get("Authorization") != "Bearer "+testKey {
				t.Errorf("%s: header %v", r.URL, got)
			}
		}
	}
}

func TestBatchItemSize(t *testing.T) {
	client := clientOver(t, &canned.Routes{}, nil)
	line := `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Hello?"}]}}` + "\n"
	if n, err := client.BatchItemSize(canned.Batch()[0]); err != nil || n < len(line) || n > len(line)+1 {
		t.Errorf("%d bytes, error %v, want %d", n, err, len(line))
	}
}

func TestBatchFaults(t *testing.T) {
	routes := &canned.Routes{}
	canned.CheckBatchFaults(t, clientOver(t, routes, nil), func() int { return len(routes.Sent) })
}

func TestNoBatches(t *testing.T) {
	canned.CheckNoBatches(t, clientOver(t, nil, func(c *openai.Config) { c.Quirks.NoBatches = true }))
	canned.CheckNoBatches(t, clientOver(t, nil, func(c *openai.Config) { c.Azure, c.BaseURL = true, "https://n.openai.azure.com" }))
}

// What can't be said as asked is told once, of whichever items.
func TestBatchWarnings(t *testing.T) {
	routes := &canned.Routes{Answers: map[string]string{"POST /v1/files": `{"id":"in"}`, "POST /v1/batches": validating}}
	items := canned.Batch()
	for i := range items {
		items[i].Request.TopK = new(i)
	}
	batch, err := clientOver(t, routes, nil).SubmitBatch(t.Context(), items)
	if d := cmp.Diff([]string{"top_k"}, canned.Warned(batch.Warnings)); err != nil || d != "" {
		t.Errorf("error %v, warnings (-want +got):\n%s", err, d)
	}
}

func TestBatchStates(t *testing.T) {
	for status, want := range map[string]request.BatchState{
		"validating": request.BatchSubmitted, "in_progress": request.BatchRunning, "finalizing": request.BatchRunning, "completed": request.BatchEnded,
		"failed": request.BatchFailed, "expired": request.BatchExpired, "cancelling": request.BatchRunning, "cancelled": request.BatchCanceled, "new": request.BatchRunning,
	} {
		batch, err := clientOver(t, canned.Answer(`{"id":"b","status":"`+status+`"}`), nil).PollBatch(t.Context(), "b")
		if err != nil || batch.State != want || (batch.Err != nil) != (want == request.BatchFailed) {
			t.Errorf("%s: %+v, error %v", status, batch, err)
		}
	}
}

func TestBatchFails(t *testing.T) {
	for code, want := range map[string]request.Class{"token_limit_exceeded": request.ClassRateLimit, "model_not_found": request.ClassNotFound} {
		body := `{"id":"b","status":"failed","errors":{"object":"list","data":[{"code":"` + code + `","message":"why","line":3,"param":null}]}}`
		batch, err := clientOver(t, canned.Answer(body), nil).PollBatch(t.Context(), "b")
		if err != nil || request.Classify(batch.Err) != want || canned.AsError(t, batch.Err).MaybeBilled || !strings.Contains(batch.Err.Error(), "why") {
			t.Errorf("%s: %+v, error %v", code, batch, err)
		}
	}
}

// A file costs nothing, a batch may.
func TestBatchSubmissionFails(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers map[string]string
		billed  bool
	}{
		{"upload", map[string]string{"POST /v1/files": "<html>"}, false},
		{"batch unreadable", map[string]string{"POST /v1/files": `{"id":"in"}`, "POST /v1/batches": "{"}, true},
		{"batch of another form", map[string]string{"POST /v1/files": `{"id":"in"}`, "POST /v1/batches": "{}"}, true},
		{"batch refused", map[string]string{"POST /v1/files": `{"id":"in"}`}, false},
	} {
		_, err := clientOver(t, &canned.Routes{Answers: c.answers}, nil).SubmitBatch(t.Context(), canned.Batch())
		if e := canned.AsError(t, err); e.MaybeBilled != c.billed || e.Provider != "openai" {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
	_, err := clientOver(t, &canned.Transport{Status: http.StatusUnauthorized, Body: `{"error":{"message":"Incorrect API key provided: ` + testKey + `"}}`}, nil).SubmitBatch(t.Context(), canned.Batch())
	if !errors.Is(err, request.ErrAuth) || strings.Contains(err.Error(), testKey) {
		t.Errorf("got %v", err)
	}
}
