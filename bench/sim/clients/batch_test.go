package clients

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"

	"github.com/seed63918563/llmgate/bench/sim"
)

// slow batches take an hour.
var slow = sim.Config{Batches: sim.Batches{Delay: time.Hour}}

// upload makes a batch of as many questions, in a file.
func upload(t *testing.T, c openai.Client, questions int) *openai.Batch {
	t.Helper()
	return uploadFor(t, c, openai.BatchNewParamsEndpointV1ChatCompletions, questions, func(i int) string {
		return fmt.Sprintf(`{"model":"demo","messages":[{"role":"user","content":"Question %d"}]}`, i)
	})
}

func uploadFor(t *testing.T, c openai.Client, endpoint openai.BatchNewParamsEndpoint, questions int, body func(int) string) *openai.Batch {
	t.Helper()
	var lines strings.Builder
	for i := range questions {
		fmt.Fprintf(&lines, `{"custom_id":"q%d","method":"POST","url":"%s","body":%s}`+"\n", i, endpoint, body(i))
	}
	file, err := c.Files.New(t.Context(), openai.FileNewParams{File: openai.File(strings.NewReader(lines.String()), "in.jsonl", "application/jsonl"), Purpose: openai.FilePurposeBatch})
	if err != nil {
		t.Fatal(err)
	}
	if file.Bytes != int64(lines.Len()) || file.Purpose != "batch" {
		t.Errorf("file %s", file.RawJSON())
	}
	b, err := c.Batches.New(t.Context(), openai.BatchNewParams{
		InputFileID: file.ID, Endpoint: endpoint, CompletionWindow: openai.BatchNewParamsCompletionWindow24h,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lines are the results in a file, by ID.
func lines[Answer any](t *testing.T, c openai.Client, file string) map[string]Answer {
	t.Helper()
	got := map[string]Answer{}
	if file == "" {
		return got
	}
	content, err := c.Files.Content(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Body.Close()
	for s := bufio.NewScanner(content.Body); s.Scan(); {
		var line struct {
			ID       string `json:"custom_id"`
			Response struct {
				Body Answer `json:"body"`
			} `json:"response"`
		}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		got[line.ID] = line.Response.Body
	}
	return got
}

func TestOpenAIBatch(t *testing.T) {
	inMemory(t, slow, func(t *testing.T, c openai.Client, s *sim.Sim) {
		b := upload(t, c, 3)
		if b.Status != openai.BatchStatusValidating || b.RequestCounts.Total != 3 || b.ExpiresAt-b.CreatedAt != 24*60*60 {
			t.Errorf("batch %s", b.RawJSON())
		}
		time.Sleep(time.Hour)
		b, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil || b.Status != openai.BatchStatusCompleted || b.RequestCounts.Completed != 3 || b.ErrorFileID != "" {
			t.Fatalf("batch %s, error %v", b.RawJSON(), err)
		}
		got := lines[openai.ChatCompletion](t, c, b.OutputFileID)
		if len(got) != 3 || !strings.Contains(got["q1"].Choices[0].Message.Content, "Question 1") {
			t.Errorf("results %v", got)
		}
		if st := s.Stats(); st.Answered != 3 || st.OutputTokens == 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestOpenAIBatchOfResponses(t *testing.T) {
	inMemory(t, slow, func(t *testing.T, c openai.Client, _ *sim.Sim) {
		b := uploadFor(t, c, openai.BatchNewParamsEndpointV1Responses, 3, func(i int) string {
			return fmt.Sprintf(`{"model":"demo","input":"Question %d"}`, i)
		})
		time.Sleep(time.Hour)
		b, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil || b.Status != openai.BatchStatusCompleted {
			t.Fatalf("batch %s, error %v", b.RawJSON(), err)
		}
		got := lines[responses.Response](t, c, b.OutputFileID)
		second := got["q1"]
		if len(got) != 3 || second.Status != responses.ResponseStatusCompleted || !strings.Contains(second.OutputText(), "Question 1") || second.Usage.OutputTokens == 0 {
			t.Errorf("results %v", got)
		}
	})
}

func TestOpenAIBatchList(t *testing.T) {
	inMemory(t, slow, func(t *testing.T, c openai.Client, _ *sim.Sim) {
		var want, got []string
		for range 3 {
			want = append([]string{upload(t, c, 1).ID}, want...)
		}
		list := c.Batches.ListAutoPaging(t.Context(), openai.BatchListParams{Limit: openai.Int(2)})
		for list.Next() {
			got = append(got, list.Current().ID)
		}
		if list.Err() != nil || !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v, error %v", got, want, list.Err())
		}
	})
}

func TestOpenAIBatchCanceled(t *testing.T) {
	inMemory(t, slow, func(t *testing.T, c openai.Client, _ *sim.Sim) {
		b := upload(t, c, 4)
		time.Sleep(30 * time.Minute)
		if b, err := c.Batches.Cancel(t.Context(), b.ID); err != nil || b.Status != openai.BatchStatusCancelling {
			t.Fatalf("batch %v, error %v", b, err)
		}
		b, err := c.Batches.Get(t.Context(), b.ID)
		if err != nil || b.Status != openai.BatchStatusCancelled || len(lines[openai.ChatCompletion](t, c, b.OutputFileID)) != 2 || len(lines[openai.ChatCompletion](t, c, b.ErrorFileID)) != 2 {
			t.Errorf("batch %s, error %v", b.RawJSON(), err)
		}
	})
}

// answered is a client's request with as many questions.
func answered(questions int) (p anthropic.MessageBatchNewParams) {
	for i := range questions {
		p.Requests = append(p.Requests, anthropic.MessageBatchNewParamsRequest{
			CustomID: fmt.Sprint("q", i),
			Params: anthropic.MessageBatchNewParamsRequestParams{Model: "demo", MaxTokens: 500, Messages: []anthropic.MessageParam{
				anthropic.NewUserMessage(anthropic.NewTextBlock(fmt.Sprint("Question ", i))),
			}},
		})
	}
	return p
}

func TestAnthropicBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := claudeAt("http://sim.invalid", newSim(t, slow).Transport())
		b, err := c.Messages.Batches.New(t.Context(), answered(3))
		if err != nil || b.ProcessingStatus != anthropic.MessageBatchProcessingStatusInProgress || b.RequestCounts.Processing != 3 {
			t.Fatalf("batch %s, error %v", b.RawJSON(), err)
		}
		time.Sleep(time.Hour)
		b, err = c.Messages.Batches.Get(t.Context(), b.ID, anthropic.MessageBatchGetParams{})
		if err != nil || b.ProcessingStatus != anthropic.MessageBatchProcessingStatusEnded || b.RequestCounts.Succeeded != 3 || !strings.HasSuffix(b.ResultsURL, "/results") {
			t.Fatalf("batch %s, error %v", b.RawJSON(), err)
		}
		got := map[string]string{}
		results := c.Messages.Batches.ResultsStreaming(t.Context(), b.ID, anthropic.MessageBatchResultsParams{})
		for results.Next() {
			one := results.Current()
			got[one.CustomID] = spoken(&one.Result.Message)
		}
		if results.Err() != nil || len(got) != 3 || !strings.Contains(got["q2"], "Question 2") {
			t.Errorf("results %v, error %v", got, results.Err())
		}
	})
}

func TestAnthropicBatchCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := claudeAt("http://sim.invalid", newSim(t, slow).Transport())
		b, err := c.Messages.Batches.New(t.Context(), answered(4))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		b, err = c.Messages.Batches.Cancel(t.Context(), b.ID, anthropic.MessageBatchCancelParams{})
		if err != nil || b.ProcessingStatus != anthropic.MessageBatchProcessingStatusCanceling || b.CancelInitiatedAt.IsZero() {
			t.Fatalf("batch %s, error %v", b.RawJSON(), err)
		}
		b, err = c.Messages.Batches.Get(t.Context(), b.ID, anthropic.MessageBatchGetParams{})
		if n := b.RequestCounts; err != nil || n.Succeeded != 2 || n.Canceled != 2 {
			t.Errorf("batch %s, error %v", b.RawJSON(), err)
		}
	})
}

func TestAnthropicBatchUnknown(t *testing.T) {
	c := claude(t, slow)
	_, err := c.Messages.Batches.Get(t.Context(), "msgbatch_none", anthropic.MessageBatchGetParams{})
	var e *anthropic.Error
	if !errors.As(err, &e) || e.StatusCode != 404 {
		t.Errorf("error %v", err)
	}
}

// inline is a batch of as many questions for Google's client.
func inline(t *testing.T, c *genai.Client, questions int) *genai.BatchJob {
	t.Helper()
	src := &genai.BatchJobSource{}
	for i := range questions {
		src.InlinedRequests = append(src.InlinedRequests, &genai.InlinedRequest{
			Contents: genai.Text(fmt.Sprint("Question ", i)), Metadata: map[string]string{"key": fmt.Sprint("q", i)},
		})
	}
	job, err := c.Batches.Create(t.Context(), "demo", src, &genai.CreateBatchJobConfig{DisplayName: "night"})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func TestGeminiBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := googleAt(t, "http://sim.invalid", newSim(t, slow).Transport(), genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
		job := inline(t, c, 3)
		if job.State != genai.JobStatePending || job.Model != "models/demo" {
			t.Errorf("job %+v", job)
		}
		time.Sleep(time.Hour)
		job, err := c.Batches.Get(t.Context(), job.Name, nil)
		if err != nil || job.State != genai.JobStateSucceeded || len(job.Dest.InlinedResponses) != 3 {
			t.Fatalf("job %+v, error %v", job, err)
		}
		if r := job.Dest.InlinedResponses[1]; r.Metadata["key"] != "q1" || !strings.Contains(r.Response.Text(), "Question 1") {
			t.Errorf("result %+v", r)
		}
	})
}

func TestGeminiBatchList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := googleAt(t, "http://sim.invalid", newSim(t, slow).Transport(), genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
		var want, got []string
		for range 3 {
			want = append([]string{inline(t, c, 1).Name}, want...)
		}
		for job, err := range c.Batches.All(t.Context()) {
			if err != nil || job.DisplayName != "night" {
				t.Fatalf("job %+v, error %v", job, err)
			}
			got = append(got, job.Name)
		}
		page, err := c.Batches.List(t.Context(), &genai.ListBatchJobsConfig{PageSize: 2})
		if err != nil || len(page.Items) != 2 || page.NextPageToken == "" || !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v; a page %+v, error %v", got, want, page, err)
		}
	})
}

func TestGeminiBatchCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := googleAt(t, "http://sim.invalid", newSim(t, slow).Transport(), genai.ClientConfig{APIKey: key, Backend: genai.BackendGeminiAPI})
		job := inline(t, c, 3)
		if err := c.Batches.Cancel(t.Context(), job.Name, nil); err != nil {
			t.Fatal(err)
		}
		if job, err := c.Batches.Get(t.Context(), job.Name, nil); err != nil || job.State != genai.JobStateCancelled || job.Dest != nil {
			t.Errorf("job %+v, error %v", job, err)
		}
	})
}
