package openai_test

import (
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
			req, got := x.Replay(t, client, openai.ParseResponsesRequest)
			whole, deltas := extractResponse(t, x)
			if diff := cmp.Diff(whole, summarise(got)); diff != "" {
				t.Error(diff)
			}
			if x.Streamed() && deltas != got.Content {
				t.Errorf("the deltas are %q, the answer %q", deltas, got.Content)
			}
			if diff := cmp.Diff(responsesMeaning(t, []byte(x.Request.Body)), responsesMeaning(t, x.Sent)); diff != "" {
				t.Errorf("request: %s", diff)
			}
			checkSentBack(t, client, x, req, got)
		})
	}
}

// checkSentBack sends the answer back, as in a tool loop: its items must return as they came.
func checkSentBack(t *testing.T, client *openai.Client, x *recorded.Exchange, req request.Request, got *request.Response) {
	t.Helper()
	before := len(recorded.List(responsesMeaning(t, x.Sent)["input"]))
	req.Messages = append(slices.Clip(req.Messages), got.Message(), request.Message{Role: request.RoleUser, Content: "Go on."})
	if _, err := x.Ask(t.Context(), client, req); err != nil {
		t.Fatal(err)
	}
	input := recorded.List(responsesMeaning(t, x.Sent)["input"])
	if diff := cmp.Diff(sendable(wholeResponse(t, x)), input[before:len(input)-1]); diff != "" {
		t.Errorf("sent back: %s", diff)
	}
}

// sendable are the items of an answer that can go back, with what makes no difference taken out.
func sendable(response object) (items []any) {
	for _, v := range recorded.List(response, "output") {
		it := v.(object)
		switch it["type"] {
		case "reasoning":
			if it["encrypted_content"] == nil {
				continue
			}
			if len(recorded.List(it, "content")) == 0 {
				delete(it, "content")
			}
		case "message":
			delete(it, "id")
			delete(it, "type")
			for _, c := range recorded.List(it, "content") {
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

// wholeResponse is a recorded response, or the one in the last event of a stream.
func wholeResponse(t *testing.T, x *recorded.Exchange) (response object) {
	t.Helper()
	if !x.Streamed() {
		return recorded.Parse(t, x.Response.Body)
	}
	items := map[int]any{} // as the events give them: the last event encrypts their reasoning anew
	for _, text := range x.Documents() {
		event := recorded.Parse(t, text)
		if r, ok := event["response"].(object); ok {
			response = r
		}
		if event["type"] == "response.output_item.done" {
			items[recorded.Number(event, "output_index")] = event["item"]
		}
	}
	for i := range recorded.List(response, "output") {
		recorded.List(response, "output")[i] = items[i]
	}
	return response
}

// extractResponse sums up a response, and joins the deltas of its text.
func extractResponse(t *testing.T, x *recorded.Exchange) (s summary, deltas string) {
	t.Helper()
	r := wholeResponse(t, x)
	s.ID, s.Model, s.Finish = recorded.Text(r, "id"), recorded.Text(r, "model"), recorded.Text(r, "status")
	if d, ok := r["incomplete_details"].(object); ok {
		s.Finish = recorded.Text(d, "reason")
	}
	for _, v := range recorded.List(r, "output") {
		s.takeItem(v.(object))
	}
	u, _ := r["usage"].(object)
	s.Prompt, s.Output = recorded.Number(u, "input_tokens"), recorded.Number(u, "output_tokens")
	s.ReasoningTokens = recorded.Number(u, "output_tokens_details", "reasoning_tokens")
	s.Read = recorded.Number(u, "input_tokens_details", "cached_tokens")
	for _, text := range x.Documents() {
		if event := recorded.Parse(t, text); event["type"] == "response.output_text.delta" {
			deltas += recorded.Text(event, "delta")
		}
	}
	return s, deltas
}

func (s *summary) takeItem(it object) {
	for _, c := range recorded.List(it, "content") {
		switch text := recorded.Text(c, "text"); it["type"] {
		case "message":
			s.Content += text
		case "reasoning":
			s.Reasoning += text
		}
	}
	for _, c := range recorded.List(it, "summary") {
		s.Reasoning += recorded.Text(c, "text")
	}
	if v := recorded.Text(it, "encrypted_content"); v != "" {
		s.Encrypted = append(s.Encrypted, v)
	}
	if it["type"] == "function_call" {
		s.Calls = append(s.Calls, callSummary{recorded.Text(it, "call_id"), recorded.Text(it, "name"), recorded.Text(it, "arguments")})
	}
}

// responsesMeaning reads a request body and takes out what a client of this API always sends.
func responsesMeaning(t *testing.T, body []byte) object {
	t.Helper()
	o := recorded.Parse(t, body)
	delete(o, "include")
	if o["store"] == false {
		delete(o, "store")
	}
	return o
}
