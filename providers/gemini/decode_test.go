package gemini_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

func TestCompleteTakesWhatServersSend(t *testing.T) {
	reasoning := func(s, signature string) request.Part { return request.ReasoningPart{Text: s, Signature: signature} }
	words := func(s, signature string) request.Part { return request.TextPart{Text: s, Signature: signature} }
	for _, c := range []struct {
		name, parts, finish string
		want                []request.Part
		reason              request.FinishReason
	}{
		{"text", `{"text":"Hi \"you\"\n"}`, "STOP", []request.Part{words("Hi \"you\"\n", "")}, request.FinishStop},
		{"texts are one", `{"text":"a"},{"text":""},{"text":"b"}`, "MAX_TOKENS", []request.Part{words("ab", "")}, request.FinishLength},
		{"flags before the text", `{"thought":true,"text":"hm"},{"thoughtSignature":"czE=","text":"a"}`, "STOP", []request.Part{reasoning("hm", ""), words("a", "czE=")}, request.FinishStop},
		{"signed texts stay apart", `{"text":"a","thoughtSignature":"czE="},{"text":"b"},{"text":"","thoughtSignature":"czI="}`, "STOP",
			[]request.Part{words("a", "czE="), words("b", ""), words("", "czI=")}, request.FinishStop},
		{"signature alone", `{"text":"a"},{"thoughtSignature":"czI="}`, "STOP", []request.Part{words("a", ""), words("", "czI=")}, request.FinishStop},
		{"signed thought", `{"text":"hm","thought":true,"thoughtSignature":"czE="},{"text":"so","thought":true}`, "STOP", []request.Part{reasoning("hm", "czE="), reasoning("so", "")}, request.FinishStop},
		{"thought false", `{"text":"a","thought":false}`, "STOP", []request.Part{words("a", "")}, request.FinishStop},
		{"calls", `{"functionCall":{"name":"f","args":{"x":1},"id":"q"},"thoughtSignature":"czE="},{"functionCall":{"name":"g"}},{"functionCall":{"args":null,"name":"g","id":""}}`, "STOP",
			[]request.Part{request.ToolCall{ID: "q", Name: "f", Arguments: `{"x":1}`, Signature: "czE="}, request.ToolCall{ID: "call_r1_1", Name: "g", Arguments: "{}"}, request.ToolCall{ID: "call_r1_2", Name: "g", Arguments: "{}"}}, request.FinishToolCalls},
		{"spacing of the server", `{"functionCall":{"name":"f","args":{` + "\n  \"x\": \"a  b\",\n  \"y\": [\n 1\n ]\n" + `}}}`, "STOP",
			[]request.Part{request.ToolCall{ID: "call_r1_0", Name: "f", Arguments: `{"x":"a  b","y":[1]}`}}, request.FinishToolCalls},
		{"text and call", `{"text":"a"},{"functionCall":{"name":"f","args":{}}}`, "MAX_TOKENS",
			[]request.Part{words("a", ""), request.ToolCall{ID: "call_r1_0", Name: "f", Arguments: "{}"}}, request.FinishLength},
		{"image", `{"inlineData":{"mimeType":"image/png","data":"aGk="},"thoughtSignature":"czE="},{"fileData":{"mimeType":"image/jpeg","fileUri":"gs://b/o"}}`, "STOP",
			[]request.Part{request.ImagePart{Data: []byte("hi"), MediaType: "image/png", Signature: "czE="}, request.ImagePart{URL: "gs://b/o", MediaType: "image/jpeg"}}, request.FinishStop},
		{"image in the other alphabet", `{"inlineData":{"mimeType":"image/png","data":"_-8"}}`, "STOP", []request.Part{request.ImagePart{Data: []byte{0xff, 0xef}, MediaType: "image/png"}}, request.FinishStop},
		{"other media", `{"inlineData":{"mimeType":"video/mp4","data":"aGk="}},{"fileData":{"mimeType":"audio/wav","fileUri":"u"}}`, "STOP",
			[]request.Part{request.FilePart{Data: []byte("hi"), MediaType: "video/mp4"}, request.AudioPart{URL: "u", MediaType: "audio/wav"}}, request.FinishStop},
		{"sound in pieces is one part", `{"inlineData":{"mimeType":"audio/L16;rate=24000","data":"aGk="}},{"inlineData":{"mimeType":"audio/L16;rate=24000","data":"aGk="}}`, "STOP",
			[]request.Part{request.AudioPart{Data: []byte("hihi"), MediaType: "audio/L16;rate=24000"}}, request.FinishStop},
		{"nothing", ``, "STOP", nil, request.FinishStop},
		{"wrong types", `7,null,"x",{"text":7},{"text":null},{"thought":"yes"},[]`, "STOP", nil, request.FinishStop},
		{"metadata beside text", `{"text":"a","videoMetadata":{},"partMetadata":{"x":1}}`, "STOP", []request.Part{words("a", "")}, request.FinishStop},
		{"unheard of", `{"text":"a"}`, "BORED", []request.Part{words("a", "")}, request.FinishOther},
		{"other", `{"text":"a"}`, "OTHER", []request.Part{words("a", "")}, request.FinishOther},
		{"no reason", `{"text":"a"}`, "", []request.Part{words("a", "")}, request.FinishOther},
		{"no reason, in words", `{"text":"a"}`, "FINISH_REASON_UNSPECIFIED", []request.Part{words("a", "")}, request.FinishOther},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tested.Complete(t, answer(c.parts, c.finish))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Parts); diff != "" || got.FinishReason != c.reason {
				t.Errorf("finish %q\n%s", got.FinishReason, diff)
			}
			if got.Model != "m1" || got.ID != "r1" || got.Provider != "gemini" || !got.Usage.Reported || len(got.Warnings) > 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// What the vocabulary has no name for is kept, said, and goes back as it came.
func TestPartsWithoutANameAreKept(t *testing.T) {
	for kind, part := range map[string]string{
		"executableCode":      `{"executableCode": {"language": "PYTHON", "code": "print(1)"}}`,
		"codeExecutionResult": `{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"},"thoughtSignature":"czE="}`,
		"toolCall":            `{"thought":true,"toolCall":{}}`,
		"inlineData":          `{"inlineData":{"mimeType":"image/png","data":"?"}}`,
	} {
		got, err := tested.Complete(t, answer(part+`,{"text":"a"},`+part, "STOP"))
		if err != nil {
			t.Fatal(err)
		}
		opaque := request.ReasoningPart{Encrypted: part, Format: gemini.PartFormat}
		if diff := cmp.Diff([]request.Part{opaque, request.TextPart{Text: "a"}, opaque}, got.Parts); diff != "" || got.Reasoning != "" {
			t.Errorf("%s: %q\n%s", kind, got.Reasoning, diff)
		}
		if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0].String(), "parts of type "+kind) {
			t.Errorf("%s: warnings %v", kind, got.Warnings)
		}
		body, _ := encoded(t, nil, withMessages(asked, got.Message(), asked))
		if strings.Count(body, part) != 2 {
			t.Errorf("%s: sent back as %s", kind, body)
		}
	}
	draft, err := tested.Complete(t, answer(`{"thought":true,"inlineData":{"mimeType":"image/png","data":"aGk="}},{"inlineData":{"mimeType":"image/png","data":"aG8="}}`, "STOP"))
	if err != nil || len(draft.Parts) != 2 || !cmp.Equal(draft.Parts[1], request.Part(request.ImagePart{Data: []byte("ho"), MediaType: "image/png"})) || len(draft.Warnings) != 1 {
		t.Errorf("a draft and an image: %+v, %v", draft, err)
	}
}

func TestCallsWithoutIDsGetUniqueOnes(t *testing.T) {
	const body = `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}]}`
	got, err := tested.Complete(t, body)
	if err != nil || got.ToolCalls[0].ID != "call_1_0" || got.ToolCalls[1].ID != "call_1_1" {
		t.Fatalf("without the answer's id: %+v, %v", got, err)
	}
	req := withMessages(asked, got.Message(), results(request.ToolResult{CallID: "call_1_0"}, request.ToolResult{CallID: "call_1_1"}))
	next, err := clientOver(t, canned.Answer(body), nil).Complete(t.Context(), req)
	if err != nil || next.ToolCalls[0].ID != "call_3_0" {
		t.Errorf("in the next turn: %+v, %v", next, err)
	}
}

func TestMetadata(t *testing.T) {
	got, err := tested.Complete(t, `{"createTime":"2026-03-12T18:06:15.985613+01:00","candidates":[{"groundingMetadata":{"webSearchQueries":["x"]},"citationMetadata":{},"safetyRatings":[{}],
		"content":{"role":"model","parts":[{"text":"a"}]},"finishReason":"STOP"},{"content":{"parts":[{"text":"second"}]},"index":1}],"usageMetadata":{"promptTokenCount":1,"serviceTier":"flex","trafficType":"ON_DEMAND"},"modelStatus":{}}`)
	if err != nil || got.Content != "a" || !got.Created.Equal(time.Date(2026, 3, 12, 17, 6, 15, 0, time.UTC)) || got.ServiceTier != "flex" || got.Model != "gemini-2.5-flash" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUsageIsMadeDisjoint(t *testing.T) {
	for _, c := range []struct {
		name, usage string
		want        request.Usage
	}{
		{"plain", `{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}`, request.Usage{InputTokens: 10, OutputTokens: 5}},
		{"thoughts stand beside", `{"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":7,"totalTokenCount":22}`, request.Usage{InputTokens: 10, OutputTokens: 12, ReasoningTokens: 7}},
		{"thoughts alone", `{"promptTokenCount":10,"thoughtsTokenCount":7}`, request.Usage{InputTokens: 10, OutputTokens: 7, ReasoningTokens: 7}},
		{"cached", `{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":5}`, request.Usage{InputTokens: 6, CacheReadTokens: 4, OutputTokens: 5}},
		{"cached more than read", `{"promptTokenCount":10,"cachedContentTokenCount":40}`, request.Usage{CacheReadTokens: 10}},
		{"built-in tools", `{"promptTokenCount":10,"toolUsePromptTokenCount":30,"candidatesTokenCount":5,"totalTokenCount":45}`, request.Usage{InputTokens: 40, OutputTokens: 5}},
		{"modalities", `{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":50,
			"promptTokensDetails":[{"modality":"TEXT","tokenCount":20},{"modality":"AUDIO","tokenCount":50},{"modality":"IMAGE","tokenCount":30}],
			"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":40}],"toolUsePromptTokensDetails":[{"modality":"IMAGE","tokenCount":1}],
			"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":7},{"tokenCount":9,"modality":"IMAGE"}]}`,
			request.Usage{InputTokens: 60, CacheReadTokens: 40, OutputTokens: 50, AudioInputTokens: 10, ImageInputTokens: 31, AudioOutputTokens: 7, ImageOutputTokens: 9}},
		{"modalities beyond the whole", `{"promptTokenCount":10,"candidatesTokenCount":5,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":99}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":99}]}`,
			request.Usage{InputTokens: 10, AudioInputTokens: 10, OutputTokens: 5, ImageOutputTokens: 5}},
		{"negative, text, wrong types", `{"promptTokenCount":-1,"candidatesTokenCount":"5","promptTokensDetails":{},"cacheTokensDetails":[1],"cachedContentTokenCount":null}`, request.Usage{OutputTokens: 5}},
	} {
		c.want.Reported = true
		got, err := tested.Complete(t, `{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":`+c.usage+`}`)
		if err != nil || !cmp.Equal(got.Usage, c.want, counts) {
			t.Errorf("%s: %v\n%s", c.name, err, cmp.Diff(c.want, got.Usage, counts))
		}
	}
	for _, usage := range []string{`{}`, `null`, `[]`, `{"trafficType":"ON_DEMAND"}`, `{"promptTokenCount":null}`} {
		got, err := tested.Complete(t, `{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":`+usage+`}`)
		if err != nil || got.Usage.Reported || !got.Usage.Estimated {
			t.Errorf("%s: %+v, %v", usage, got.Usage, err)
		}
	}
}

func TestWhatCameStays(t *testing.T) {
	tested.CheckKeeping(t, answer(`{"text":"hm","thought":true},{"text":"one"},{"functionCall":{"name":"f","args":{}}}`, "STOP"), answer(`{"text":"half"}`, "SAFETY"))
}
