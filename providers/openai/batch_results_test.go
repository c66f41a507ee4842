package openai_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const (
	lineA = `{"id":"r1","custom_id":"a","response":{"status_code":200,"request_id":"req_1","body":{"id":"c1","model":"gpt-5-mini","choices":[{"message":{"role":"assistant","content":"One"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":1000,"total_tokens":2000}}},"error":null}`
	lineB = `{"id":"r2","custom_id":"b","response":{"status_code":429,"request_id":"req_2","body":{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}},"error":null}`
	lineC = `{"id":"r3","custom_id":"c","response":null,"error":{"code":"batch_expired","message":"too late"}}`
	lineD = `{"id":"r4","custom_id":"d","response":null,"error":{"code":"batch_cancelled","message":"canceled"}}`
	lineE = `{"id":"r5","custom_id":"e","response":{"status_code":200,"request_id":"req_5","body":{"choices":[{"message":{"refusal":"I can't help"},"finish_reason":"stop"}]}},"error":null}`
)

// resultsOf are the results of a batch whose files hold these texts.
func resultsOf(t testing.TB, out, bad string) ([]request.BatchResult, error) {
	t.Helper()
	return canned.Results(t, clientOver(t, &canned.Routes{Answers: map[string]string{
		"GET /v1/batches/batch_1": completedBatch, "GET /v1/files/out/content": out, "GET /v1/files/bad/content": bad,
	}}, nil), "batch_1")
}

func TestBatchResults(t *testing.T) {
	all, err := resultsOf(t, lineA+"\n"+lineE+"\n\n", strings.Join([]string{lineB, "{half", lineC, `{"custom_id":""}`, lineD}, "\n"))
	if err != nil || len(all) != 7 {
		t.Fatalf("%d results, error %v", len(all), err)
	}
	a := all[0]
	if r := a.Response; a.ID != "a" || r.Content != "One" || r.RequestID != "req_1" || r.ID != "c1" || !r.Usage.Priced {
		t.Errorf("got %+v", a.Response)
	}
	for i, want := range []struct {
		id     string
		class  request.Class
		reason request.Reason
		billed bool
	}{
		{"e", request.ClassContentPolicy, "", true}, {"b", request.ClassRateLimit, "", false}, {"", request.ClassTruncated, "", true},
		{"c", request.ClassTimeout, request.ReasonExpired, false}, {"", request.ClassTruncated, "", true}, {"d", request.ClassCanceled, "", false},
	} {
		result := all[i+1]
		if e := canned.AsError(t, result.Err); result.ID != want.id || e.Class != want.class || e.Reason != want.reason || e.MaybeBilled != want.billed || e.Provider != "openai" {
			t.Errorf("got %q with %+v, want %+v", result.ID, e, want)
		}
	}
}

// A batch costs half of what the same answer costs by itself.
func TestBatchPrice(t *testing.T) {
	all, err := resultsOf(t, lineA, "")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(lineA, `"body":`)
	alone, err := clientOver(t, canned.Answer(strings.TrimSuffix(body, `},"error":null}`)), nil).Complete(t.Context(), canned.Ask())
	if err != nil {
		t.Fatal(err)
	}
	if batched := all[0].Response.Usage.Cost; batched <= 0 || 2*batched != alone.Usage.Cost {
		t.Errorf("%v in a batch, %v alone", batched, alone.Usage.Cost)
	}
}

func TestBatchResultsOfResponses(t *testing.T) {
	body := `{"id":"resp_1","status":"completed","model":"m","output":[{"type":"message","content":[{"type":"output_text","text":"One"}]}],"usage":{"input_tokens":1,"output_tokens":2}}`
	client := clientOver(t, &canned.Routes{Answers: map[string]string{
		"GET /v1/batches/batch_1":   `{"id":"batch_1","status":"completed","output_file_id":"out"}`,
		"GET /v1/files/out/content": `{"custom_id":"a","response":{"status_code":200,"request_id":"r","body":` + body + `}}`,
	}}, func(c *openai.Config) { c.API = openai.Responses })
	all, err := canned.Results(t, client, "batch_1")
	if err != nil || len(all) != 1 || all[0].Response == nil || all[0].Response.Content != "One" {
		t.Errorf("%+v, error %v", all, err)
	}
}

// broken serves the file of answers by another transport than the batch.
type broken struct {
	canned.Routes
	file *canned.Transport
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/v1/files/") {
		return b.file.RoundTrip(r)
	}
	return b.Routes.RoundTrip(r)
}

func overFile(t *testing.T, file *canned.Transport) *openai.Client {
	t.Helper()
	transport := &broken{canned.Routes{Answers: map[string]string{"GET /v1/batches/batch_1": completedBatch}}, file}
	return clientOver(t, transport, func(c *openai.Config) { c.MaxAnswer = 4000 })
}

// A file that breaks off, or has a line without end, ends the results with an error behind those that came before.
func TestBatchResultsBreakOff(t *testing.T) {
	for name, file := range map[string]*canned.Transport{
		"broken": {Reader: canned.Broken(lineA + "\n" + lineB[:20])}, "endless": {Body: lineA + "\n" + strings.Repeat("x", 5000)},
	} {
		all, err := canned.Results(t, overFile(t, file), "batch_1")
		if len(all) != 1 || !errors.Is(err, request.ErrTruncated) || !file.Closed {
			t.Errorf("%s: %d results, error %v", name, len(all), err)
		}
	}
}

func TestLeavingBatchResultsClosesTheFile(t *testing.T) {
	file := canned.Answer(lineA + "\n" + lineB)
	for range overFile(t, file).BatchResults(t.Context(), "batch_1") {
		break
	}
	if !file.Closed {
		t.Error("the file is still open")
	}
}

func FuzzBatchResults(f *testing.F) {
	for _, line := range []string{lineA, lineB, lineC, lineD, lineE, "{", `{"custom_id":1}`, `{"custom_id":"a","response":{"status_code":0,"body":[]}}`, "null"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := resultsOf(t, text, lineC)
		if err != nil || len(all) == 0 || all[len(all)-1].ID != "c" {
			t.Errorf("the results behind a bad line: %+v, error %v", all, err)
		}
	})
}
