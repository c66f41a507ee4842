package langchain_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"

	"github.com/seed63918563/llmgate/internal/canned"
)

func TestBareAnthropicSendsFirstPartsOnly(t *testing.T) {
	transport := canned.Answer(anthropicPlain)
	call := func(id string) llms.ToolCall {
		return llms.ToolCall{ID: id, Type: "function", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{"n":9007199254740993}`}}
	}
	_, err := bareAnthropic(t, transport).GenerateContent(t.Context(), []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Be brief.", "Be kind."), hello[0],
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{call("1"), call("2"), llms.TextPart("Wait.")}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "1"}, llms.ToolCallResponse{ToolCallID: "2"}}},
	}, llms.WithToolChoice("required"), llms.WithTopK(3))
	if err != nil {
		t.Fatal(err)
	}
	wantBody(t, object(t, string(transport.Sent)), `{"model":"m","max_tokens":2048,"temperature":0,"system":"Be brief.","messages":[
		{"role":"user","content":[{"type":"text","text":"Hello?"}]},
		{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"n":9007199254740992}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":""}]}]}`)
}

func TestBareAnthropicRoundsArguments(t *testing.T) {
	text := strings.Replace(anthropicBlocks, `{"type":"redacted_thinking","data":"e"},`, "", 1)
	resp, err := bareAnthropic(t, canned.Answer(text)).GenerateContent(t.Context(), hello)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Choices[2].ToolCalls[0].FunctionCall.Arguments; got != `{"n":12345678901234567000}` {
		t.Errorf("got %s", got)
	}
}

func TestBareAnthropicCantReadRedactedThinking(t *testing.T) {
	if _, err := bareAnthropic(t, canned.Answer(anthropicBlocks)).GenerateContent(t.Context(), hello); err == nil {
		t.Error("whole: no error")
	}
	if _, err := bareAnthropic(t, canned.Answer(anthropicStream)).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(heard)); err == nil {
		t.Error("streamed: no error")
	}
}

func TestBareAnthropicReasoningStreamNeedsBothFunctions(t *testing.T) {
	_, err := bareAnthropic(t, canned.Answer(anthropicStream)).GenerateContent(t.Context(), hello,
		llms.WithStreamingReasoningFunc(func(context.Context, []byte, []byte) error { return nil }))
	if err == nil || !strings.Contains(err.Error(), "parse response: invalid character") {
		t.Errorf("got %v", err)
	}
}

// leakVariable makes the test binary leak goroutines, which can't be ended, in a process of their own.
const leakVariable = "LLMGATE_LEAK"

const leaks = 10

// leak has streams fail twice, by an error event and by a lost connection, until a goroutine is left of each.
func leak() {
	before := runtime.NumGoroutine()
	const failed = "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n"
	for range leaks {
		transport := &canned.Transport{Reader: canned.Broken(failed)}
		m, err := anthropic.New(anthropic.WithToken("k"), anthropic.WithHTTPClient(doer{transport}))
		if err != nil {
			panic(err)
		}
		if _, err := m.GenerateContent(context.Background(), hello, llms.WithStreamingFunc(heard)); err == nil {
			panic("no error")
		}
	}
	for runtime.NumGoroutine() < before+leaks {
		runtime.Gosched()
	}
	fmt.Println(runtime.NumGoroutine()-before, "goroutines are left")
	os.Exit(0)
}

func TestBareAnthropicLeaksAGoroutineForEachDoubledError(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), leakVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "10 goroutines are left\n" {
		t.Errorf("%v: %s", err, out)
	}
}
