package langchain_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

func saidByUser(parts ...request.Part) request.Request {
	return request.Request{MaxTokens: 9, Messages: []request.Message{{Role: request.RoleUser, Content: "Look:", Parts: parts}}}
}

func toolLoop(result request.ToolResult, parts ...request.Part) request.Request {
	result.CallID = "1"
	return request.Request{MaxTokens: 9, Messages: []request.Message{
		{Role: request.RoleUser, Content: "Go."},
		{Role: request.RoleAssistant, Parts: append(parts, request.ToolCall{ID: "1", Name: "f"})},
		{Role: request.RoleTool, Parts: []request.Part{result}},
	}}
}

// Content that langchaingo can't send is an error that names its place, and nothing is sent.
func TestContentIsRefused(t *testing.T) {
	png, pdf := []byte("\x89PNG\r\n\x1a\n"), []byte("%PDF-1.7")
	for _, c := range []struct {
		open  opener
		req   request.Request
		place string
		says  string
	}{
		{langchain.OpenAI, saidByUser(request.FilePart{Data: pdf}), "messages[0].parts[0]", "can't send a file"},
		{langchain.OpenAI, saidByUser(request.AudioPart{Data: pdf}), "messages[0].parts[0]", "can't send sound"},
		{langchain.OpenAI, saidByUser(request.ImagePart{Data: pdf}), "messages[0].parts[0]", "set MediaType"},
		{langchain.Anthropic, saidByUser(request.ImagePart{URL: "https://host/a.png"}), "messages[0].parts[0]", "no image by URL"},
		{langchain.Anthropic, saidByUser(request.TextPart{Text: "x"}, request.FilePart{URL: "https://host/a.pdf"}), "messages[0].parts[1]", "native client"},
		{langchain.OpenAI, toolLoop(request.ToolResult{Parts: []request.Part{request.ImagePart{Data: png}}}), "messages[2].parts[0]", "text only"},
		{langchain.OpenAI, toolLoop(request.ToolResult{Content: "x"}, request.ImagePart{Data: png}), "messages[1].parts[0]", "leave it out"},
	} {
		transport := canned.Answer(openaiPlain)
		_, err := open(t, c.open, transport).Complete(t.Context(), c.req)
		e := canned.AsError(t, err)
		if e.Class != request.ClassInvalid || !strings.Contains(e.Error(), c.place+": ") || !strings.Contains(e.Error(), c.says) || transport.Got != nil {
			t.Errorf("%s, %s: %v", c.place, c.says, err)
		}
	}
}

// Marks, names and reasoning that langchaingo has no place for are named in a warning.
func TestSmallThingsAreWarnedOf(t *testing.T) {
	mark := request.CacheBreakpoint{TTL: time.Hour}
	named := ask()
	named.Messages[0].Name = "Ada"
	for _, c := range []struct {
		open   opener
		answer string
		req    request.Request
		want   string
	}{
		{langchain.OpenAI, openaiPlain, named, "name"},
		{langchain.OpenAI, openaiPlain, saidByUser(mark), "cache_breakpoint"},
		{langchain.Anthropic, anthropicPlain, saidByUser(mark), "cache_breakpoint.ttl"},
		{langchain.Anthropic, anthropicPlain, toolLoop(request.ToolResult{Content: "x", Parts: []request.Part{mark}}), "cache_breakpoint"},
		{langchain.OpenAI, openaiPlain, toolLoop(request.ToolResult{Content: "x"}, request.ReasoningPart{Text: "hm"}), "reasoning"},
		{langchain.OpenAI, openaiPlain, toolLoop(request.ToolResult{Content: "x"}, request.TextPart{Text: "y", Signature: "s"}), "signature"},
	} {
		if _, warnings := sent(t, c.open, c.answer, c.req); !slices.Equal(warnings, []string{c.want}) {
			t.Errorf("warnings %q, want %q", warnings, c.want)
		}
	}
}

func TestImagesAsEachVendorTakesThem(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\n")
	body, _ := sent(t, langchain.OpenAI, openaiPlain, saidByUser(
		request.ImagePart{Data: png, Detail: "low"}, request.ImagePart{URL: "https://host/a.png"}, request.TextPart{Text: "Well?"}))
	wantBody(t, body, `{"model":"m","stream":false,"max_completion_tokens":9,"messages":[{"role":"user","content":[
		{"type":"text","text":"Look:"},
		{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}},
		{"type":"image_url","image_url":{"url":"https://host/a.png"}},
		{"type":"text","text":"Well?"}]}]}`)
	body, warnings := sent(t, langchain.Anthropic, anthropicPlain, saidByUser(request.ImagePart{Data: png, Detail: "low"}))
	wantBody(t, body, `{"model":"m","stream":false,"max_tokens":9,"messages":[{"role":"user","content":[
		{"type":"text","text":"Look:"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}`)
	if !slices.Equal(warnings, []string{"detail"}) {
		t.Errorf("warnings %q", warnings)
	}
}
