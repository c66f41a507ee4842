package openai_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestRecordedResponses(t *testing.T) {
	for _, x := range recorded.Load(t, func(url string) bool { return strings.HasSuffix(url, "/responses") }) {
		t.Run(x.Name, func(t *testing.T) {
			client, err := openai.New(openai.Config{
				API: openai.Responses, BaseURL: "http://recorded/v1", Provider: "recorded", Transport: x,
			})
			if err != nil {
				t.Fatal(err)
			}
			body := []byte(x.Request.Body)
			req, err := openai.ParseResponsesRequest(body, "recorded")
			if err != nil {
				t.Fatal(err)
			}
			got, err := x.Ask(t.Context(), client, req)
			if err != nil {
				t.Fatal(err)
			}
			whole, deltas := extractResponse(t, string(x.Response.Body), x.Streamed())
			if diff := cmp.Diff(whole, summarise(got)); diff != "" {
				t.Error(diff)
			}
			if x.Streamed() && deltas != got.Content {
				t.Errorf("the deltas are %q, the answer %q", deltas, got.Content)
			}
			if diff := cmp.Diff(responsesMeaning(t, body), responsesMeaning(t, x.Sent)); diff != "" {
				t.Errorf("request: %s", diff)
			}
			checkSentBack(t, client, x, req, got)
		})
	}
}

// checkSentBack sends the answer back, as in a tool loop: its items must return as they came.
func checkSentBack(t *testing.T, client *openai.Client, x *recorded.Exchange, req request.Request, got *request.Response) {
	t.Helper()
	before := len(list(responsesMeaning(t, x.Sent)["input"]))
	req.Messages = append(slices.Clip(req.Messages), got.Message(), request.Message{Role: request.RoleUser, Content: "Go on."})
	if _, err := x.Ask(t.Context(), client, req); err != nil {
		t.Fatal(err)
	}
	input := list(responsesMeaning(t, x.Sent)["input"])
	if diff := cmp.Diff(sendable(wholeResponse(t, string(x.Response.Body), x.Streamed())), input[before:len(input)-1]); diff != "" {
		t.Errorf("sent back: %s", diff)
	}
}

// sendable are the items of an answer that can go back, with what makes no difference taken out.
func sendable(response object) (items []any) {
	for _, v := range list(response["output"]) {
		it := v.(object)
		switch it["type"] {
		case "reasoning":
			if it["encrypted_content"] == nil {
				continue
			}
			if len(list(it["content"])) == 0 {
				delete(it, "content")
			}
		case "message":
			delete(it, "id")
			delete(it, "type")
			for _, c := range list(it["content"]) {
				delete(c.(object), "annotations")
				delete(c.(object), "logprobs")
			}
		case "function_call":
			delete(it, "id")
		default:
			continue
		}
		delete(it, "status")
		items = append(items, it)
	}
	return items
}

// wholeResponse reads a recorded response, or the one in the last event of a stream, with encoding/json alone.
func wholeResponse(t *testing.T, body string, streamed bool) (response object) {
	t.Helper()
	if !streamed {
		if err := json.Unmarshal([]byte(body), &response); err != nil {
			t.Fatal(err)
		}
		return response
	}
	items := map[float64]any{} // as the events give them: the last event encrypts their reasoning anew
	for _, event := range eventsOf(t, body) {
		if r, ok := event["response"].(object); ok {
			response = r
		}
		if event["type"] == "response.output_item.done" {
			items[event["output_index"].(float64)] = event["item"]
		}
	}
	for i := range list(response["output"]) {
		list(response["output"])[i] = items[float64(i)]
	}
	return response
}

func eventsOf(t *testing.T, body string) (events []object) {
	t.Helper()
	for line := range strings.Lines(body) {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:"); ok {
			var event object
			if err := json.Unmarshal([]byte(data), &event); err != nil {
				t.Fatalf("%v in %s", err, data)
			}
			events = append(events, event)
		}
	}
	return events
}

// extractResponse sums up a response, and joins the deltas of its text.
func extractResponse(t *testing.T, body string, streamed bool) (s summary, deltas string) {
	t.Helper()
	r := wholeResponse(t, body, streamed)
	s.ID, s.Model, s.Finish = either("", r["id"]), either("", r["model"]), either("", r["status"])
	if d, ok := r["incomplete_details"].(object); ok {
		s.Finish = either("", d["reason"])
	}
	for _, v := range list(r["output"]) {
		s.takeItem(v.(object))
	}
	number := func(o any, key string) int {
		fields, _ := o.(object)
		f, _ := fields[key].(float64)
		return int(f)
	}
	u, _ := r["usage"].(object)
	s.Prompt, s.Output = number(u, "input_tokens"), number(u, "output_tokens")
	s.ReasoningTokens = number(u["output_tokens_details"], "reasoning_tokens")
	s.Read = number(u["input_tokens_details"], "cached_tokens")
	if streamed {
		for _, event := range eventsOf(t, body) {
			if event["type"] == "response.output_text.delta" {
				deltas += event["delta"].(string)
			}
		}
	}
	return s, deltas
}

func (s *summary) takeItem(it object) {
	for _, c := range list(it["content"]) {
		switch text := either("", c.(object)["text"]); it["type"] {
		case "message":
			s.Content += text
		case "reasoning":
			s.Reasoning += text
		}
	}
	for _, c := range list(it["summary"]) {
		s.Reasoning += either("", c.(object)["text"])
	}
	if v := either("", it["encrypted_content"]); v != "" {
		s.Encrypted = append(s.Encrypted, v)
	}
	if it["type"] == "function_call" {
		s.Calls = append(s.Calls, callSummary{either("", it["call_id"]), either("", it["name"]), either("", it["arguments"])})
	}
}

// responsesMeaning reads a request body and takes out what a client of this API always sends.
func responsesMeaning(t *testing.T, body []byte) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatal(err)
	}
	delete(o, "include")
	if o["store"] == false {
		delete(o, "store")
	}
	return o
}
