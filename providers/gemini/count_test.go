package gemini_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

func TestCountTokensSendsThePrompt(t *testing.T) {
	req := request.Request{
		Messages: []request.Message{{Role: request.RoleSystem, Content: "s"}, asked}, MaxTokens: 9,
		Tools: []request.Tool{{Name: "f"}}, Extra: map[string]map[string]any{"gemini": {"cachedContent": "c/1"}},
	}
	const prompt = `"systemInstruction":{"parts":[{"text":"s"}]},"contents":[` + goTurn + `],"tools":[{"functionDeclarations":[{"name":"f"}]}]`
	for _, c := range []struct {
		name   string
		change func(*gemini.Config)
		want   string
	}{
		{"Gemini API", nil, `{"generateContentRequest":{"model":"models/gemini-2.5-flash",` + prompt + `,"generationConfig":{"maxOutputTokens":9},"cachedContent":"c/1"}}`},
		{"Vertex AI", onVertex, `{` + prompt + `}`},
	} {
		transport := canned.Answer(`{"totalTokens": 31, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 31}]}`)
		got, err := clientOver(t, transport, c.change).CountTokens(t.Context(), req)
		if err != nil || got != (request.TokenCount{Tokens: 31}) || string(transport.Sent) != c.want {
			t.Errorf("%s: %+v, %v\ngot  %s\nwant %s", c.name, got, err, transport.Sent, c.want)
		}
	}
}

func TestCountTokensFails(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		says   string
		class  request.Class
	}{
		{200, `{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}`, "slow down", request.ClassRateLimit},
		{200, `{}`, "holds no answer", request.ClassTransient},
		{200, `{"totalTokens":{}}`, "holds no answer", request.ClassTransient},
		{200, `{"totalTokens":1`, "can't be read", request.ClassTruncated},
		{200, `<html>`, "check the base URL", request.ClassInvalid},
		{403, `{"error":{"status":"PERMISSION_DENIED","message":"no"}}`, "no", request.ClassPermission},
	} {
		transport := canned.Answer(c.body)
		transport.Status = c.status
		got, err := clientOver(t, transport, nil).CountTokens(t.Context(), canned.Ask())
		if e := canned.AsError(t, err); e.Class != c.class || !strings.Contains(e.Error(), c.says) || e.Provider != "gemini" || got.Tokens != 0 {
			t.Errorf("%s: got %+v, %+v", c.body, got, e)
		}
	}
	if _, err := clientOver(t, canned.Answer(""), nil).CountTokens(t.Context(), request.Request{}); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("an empty request: %v", err)
	}
}
