package langchain_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/huggingface"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

// A package that drops content must not be given it; one that drops parameters must be reported.
func TestWrapKnowsThePackages(t *testing.T) {
	hub, err := huggingface.New(huggingface.WithToken("t"))
	if err != nil {
		t.Fatal(err)
	}
	local, err := ollama.New(ollama.WithModel("m"))
	if err != nil {
		t.Fatal(err)
	}
	image := request.Request{Messages: []request.Message{{Role: request.RoleUser, Parts: []request.Part{request.ImagePart{URL: "https://host/a.png"}}}}}
	for _, c := range []struct {
		model    llms.Model
		req      request.Request
		provider string
		faults   []string
	}{
		{hub, request.Request{Messages: full().Messages}, "huggingface", []string{"messages: ", "sends only the first text"}},
		{hub, image, "huggingface", []string{"messages[0].parts[0]: ", "sends text only"}},
		{local, image, "ollama", []string{"messages[0].parts[0]: ", "no image by URL"}},
		{local, full(), "ollama", []string{"tools: ", "messages[2].parts[0]: ", "messages[3].parts[1]: "}},
	} {
		_, err := langchain.Wrap(c.model, langchain.Config{}).Complete(t.Context(), c.req)
		e := canned.AsError(t, err)
		for _, fault := range c.faults {
			if e.Class != request.ClassInvalid || e.Provider != c.provider || !strings.Contains(e.Error(), fault) {
				t.Errorf("%s: %q is not in %v", c.provider, fault, err)
			}
		}
	}
}

func wrappedOpenAI(t *testing.T, transport *canned.Transport) request.Client {
	t.Helper()
	m, err := openai.New(openai.WithToken("sk-0123456789"), openai.WithModel("m"), openai.WithBaseURL("http://host"), openai.WithHTTPClient(doer{langchain.Transport{Base: transport}}))
	if err != nil {
		t.Fatal(err)
	}
	return langchain.Wrap(m, langchain.Config{Model: "m"})
}

func TestWrapOpenAI(t *testing.T) {
	resp, err := wrappedOpenAI(t, canned.Answer(openaiPlain)).Complete(t.Context(), full())
	if err != nil {
		t.Fatal(err)
	}
	fields := canned.Warned(resp.Warnings)
	for _, lost := range []string{"top_p", "top_k", "reasoning_effort", "response_format", "seed"} {
		if !slices.Contains(fields, lost) {
			t.Errorf("no warning of %s in %q", lost, fields)
		}
	}
	resp, err = wrappedOpenAI(t, canned.Answer(openaiPlain)).Complete(t.Context(), ask())
	if err != nil || len(resp.Warnings) != 1 || resp.Warnings[0].Field != "temperature" {
		t.Errorf("unset temperature: %v, %v", resp, err)
	}
}

// What the transport saw of an error is what the caller gets.
func TestTransportSeesErrors(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		transport := &canned.Transport{Status: 429, Body: `{"error":{"code":"insufficient_quota","message":"no money"}}`,
			Header: map[string][]string{"X-Request-Id": {"r1"}, "Retry-After": {"3"}, "X-Ratelimit-Limit-Requests": {"10"}, "X-Ratelimit-Remaining-Requests": {"0"}}}
		client := wrappedOpenAI(t, transport)
		_, err := client.Complete(t.Context(), ask())
		if streamed {
			transport.Body = `{"error":{"code":"insufficient_quota","message":"no money"}}`
			_, err = canned.Collect(t, client, ask())
		}
		e := canned.AsError(t, err)
		if e.Class != request.ClassQuota || e.Status != 429 || e.RequestID != "r1" || e.RetryAfter.Seconds() != 3 || e.Limits.Requests.Limit != 10 || e.Provider != "openai" {
			t.Errorf("streamed %v: %+v", streamed, e)
		}
	}
}

func TestWrapFindsCutStreams(t *testing.T) {
	cut := openaiInterleaved[:strings.Index(openaiInterleaved, `data: {"choices":[{"index":0,"delta":{"tool_calls"`)]
	all, err := canned.Collect(t, wrappedOpenAI(t, canned.Answer(cut)), ask())
	if e := canned.AsError(t, err); e.Class != request.ClassTruncated || e.Partial.Content != "Wait. " || all.Content != "Wait. " {
		t.Errorf("%v after %+v", err, all)
	}
}

func TestWrapAnthropicStream(t *testing.T) {
	text := strings.Split(anthropicStream, "event: message_start\n")[1]
	text = strings.ReplaceAll(text, `"content_block":{"type":"redacted_thinking","data":"e"}`, `"content_block":{"type":"text"}`)
	m, err := anthropic.New(anthropic.WithToken("k"), anthropic.WithModel("m"), anthropic.WithHTTPClient(doer{canned.Answer(text)}))
	if err != nil {
		t.Fatal(err)
	}
	all, err := canned.Collect(t, langchain.Wrap(m, langchain.Config{}), ask())
	if err != nil || all.Content != "Wait." || all.Reasoning != "hm" || len(all.Calls) != 2 || all.Last.FinishReason != request.FinishToolCalls {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestWrapStreamEndsWithTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		m := &scripted{answer: func(ctx context.Context, o llms.CallOptions) (*llms.ContentResponse, error) {
			defer func() { ended = true }()
			for {
				if err := o.StreamingFunc(ctx, []byte("word ")); err != nil {
					return nil, err
				}
			}
		}}
		client := langchain.Wrap(m, langchain.Config{})
		for range client.Stream(t.Context(), ask()) {
			break
		}
		if !ended {
			t.Error("the loop was left and the model went on")
		}
		ended = false
		func() {
			defer func() { _ = recover() }()
			for range client.Stream(t.Context(), ask()) {
				panic("in the loop")
			}
		}()
		if !ended {
			t.Error("the loop panicked and the model went on")
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		cause := errors.New("enough")
		var err error
		for _, err = range client.Stream(ctx, ask()) {
			cancel(cause)
		}
		if e := canned.AsError(t, err); e.Class != request.ClassCanceled || !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || e.Partial == nil {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestWrapCancelledBefore(t *testing.T) {
	m := saying()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := langchain.Wrap(m, langchain.Config{}).Complete(ctx, ask())
	if e := canned.AsError(t, err); e.Class != request.ClassCanceled || !errors.Is(err, context.Canceled) || e.MaybeBilled || m.messages != nil {
		t.Errorf("got %+v, the model was asked %v", e, m.messages)
	}
}
