package fake_test

import (
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// everything has every field set, to one that could be shared by mistake where there is a choice.
func everything() request.Request {
	return request.Request{
		Model: "m", MaxTokens: 1, Temperature: new(0.5), TopP: new(0.5), TopK: new(3), Seed: new(int64(4)),
		FrequencyPenalty: new(0.1), PresencePenalty: new(0.2), Stop: []string{"x"}, ReasoningEffort: request.EffortLow,
		Tools:      []request.Tool{{Name: "t", Parameters: []byte(`{}`), Strict: new(true), Cache: &request.CacheBreakpoint{TTL: time.Minute}}},
		ToolChoice: request.ToolChoice{Mode: request.ToolAuto}, ParallelToolCalls: new(false),
		ResponseFormat: request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{}`)},
		ServiceTier:    "flex", User: "u", PromptCacheKey: "k",
		Extra:  map[string]map[string]any{"fake": {"list": []any{map[string]any{"deep": []byte("b")}}, "nil": nil}},
		Labels: map[string]string{"l": "v"}, Tenant: "te", Priority: 2, NoCache: true, NoStore: true,
		Messages: []request.Message{
			{Role: request.RoleUser, Content: "Hello?", Name: "n", Parts: []request.Part{
				request.ImagePart{Data: []byte("image")}, request.FilePart{Data: []byte("file")}, request.AudioPart{Data: []byte("audio")},
			}},
			{Role: request.RoleAssistant, Parts: []request.Part{request.ReasoningPart{Text: "r"}, request.ToolCall{ID: "c", Name: "t"}}},
			{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "c", Parts: []request.Part{request.ImagePart{Data: []byte("nested")}}}}},
		},
	}
}

// shared walks two equal values and names the memory that they have in common.
func shared(t *testing.T, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if a.IsNil() {
			return
		}
		if a.Pointer() == b.Pointer() && (a.Kind() != reflect.Slice || a.Cap() > 0) {
			t.Errorf("%s is shared", path)
		}
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !a.IsNil() {
			shared(t, path, a.Elem(), b.Elem())
		}
	case reflect.Slice:
		for i := range a.Len() {
			shared(t, path+"[]", a.Index(i), b.Index(i))
		}
	case reflect.Map:
		for k, v := range a.Seq2() {
			shared(t, path+"."+k.String(), v, b.MapIndex(k))
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() { // a time's zone may be shared
				shared(t, path+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	}
}

func TestRecordedRequestIsADeepCopy(t *testing.T) {
	req := everything()
	for i, v := 0, reflect.ValueOf(req); i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && name != "ReasoningBudget" { // which excludes the effort
			t.Errorf("field %s is not tested; set it in everything", name)
		}
	}
	client := replying(rich)
	resp, err := client.Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	first, second := client.Calls()[0], client.Calls()[0]
	for _, got := range []request.Request{first.Request, second.Request} {
		if diff := cmp.Diff(req, got); diff != "" {
			t.Fatal(diff)
		}
		shared(t, "request", reflect.ValueOf(req), reflect.ValueOf(got))
	}
	shared(t, "recorded", reflect.ValueOf(first), reflect.ValueOf(second))
	shared(t, "response", reflect.ValueOf(*resp), reflect.ValueOf(*first.Response))
	if diff := cmp.Diff(resp, first.Response); diff != "" {
		t.Error(diff)
	}
}

func TestCallsTellHowTheyEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{
			{Text: "abcdefgh", Latency: time.Second},
			{Text: "abcdefgh", Cut: true, After: 1, Pace: time.Second},
			{Text: "abcdefgh"},
			{Text: "abcdefgh"},
		}}}})
		start := time.Now()
		_, _ = client.Complete(t.Context(), question("1"))
		_, cut := request.Collect(client.Stream(t.Context(), question("2")))
		for range client.Stream(t.Context(), question("3")) {
			break
		}
		stream := client.Stream(t.Context(), question("4"))
		for range 2 { // each range sends anew
			func() {
				defer func() { _ = recover() }()
				for range stream {
					panic("in the reader's loop")
				}
			}()
		}
		type end struct {
			Text             string
			Streamed, Left   bool
			Chunks           int
			Answered, Failed bool
			Start, Took      time.Duration
		}
		var got []end
		for _, c := range client.Calls() {
			got = append(got, end{c.Request.Messages[0].Content, c.Streamed, c.Left, c.Chunks, c.Response != nil, c.Err != nil, c.Start.Sub(start), c.End.Sub(c.Start)})
		}
		want := []end{
			{"1", false, false, 0, true, false, 0, time.Second},
			{"2", true, false, 1, false, true, time.Second, time.Second},
			{"3", true, true, 1, false, false, 2 * time.Second, 0},
			{"4", true, true, 1, false, false, 2 * time.Second, 0},
			{"4", true, true, 1, false, false, 2 * time.Second, 0},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if client.Calls()[1].Err != cut || client.InFlight() != 0 {
			t.Errorf("recorded %v of %v; %d in flight", client.Calls()[1].Err, cut, client.InFlight())
		}
	})
}

func TestPeakOfManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: errOwn, Times: 40, TTFT: time.Second}, {Text: "yes", TTFT: time.Second}}}}})
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				if i%2 == 0 {
					_, _ = client.Complete(t.Context(), question("Hello?"))
				} else {
					_, _ = request.Collect(client.Stream(t.Context(), question("Hello?")))
				}
			})
		}
		synctest.Wait()
		if n := client.InFlight(); n != 100 || client.Peak() != 100 {
			t.Errorf("%d in flight, at most %d", n, client.Peak())
		}
		wait.Wait()
		failed := 0
		for _, c := range client.Calls() {
			if c.Err != nil {
				failed++
			}
			if c.End.Sub(c.Start) != time.Second {
				t.Errorf("took %v", c.End.Sub(c.Start))
			}
		}
		if failed != 40 || client.InFlight() != 0 || client.Peak() != 100 {
			t.Errorf("%d failed, %d in flight, at most %d", failed, client.InFlight(), client.Peak())
		}
	})
}
