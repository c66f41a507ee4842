package langchain

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// openaiChat reads Chat Completions.
type openaiChat struct {
	written
	// last is the tool call that a piece without an index goes on with.
	last int
}

func (a *openaiChat) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	p := openaiParameters{Encoder: e, written: &a.written}
	return a.encode(e, false, func() { p.write(streamed) }, field{name: "messages"}, field{name: "tools"})
}

// openaiAnswer is a completion, or one of the chunks of a stream.
type openaiAnswer struct {
	ID          string          `json:"id"`
	Model       string          `json:"model"`
	Created     int64           `json:"created"`
	ServiceTier string          `json:"service_tier"`
	Choices     []openaiChoice  `json:"choices"`
	Usage       *openaiUsage    `json:"usage"`
	Error       json.RawMessage `json:"error"`
}

type openaiChoice struct {
	Index        int            `json:"index"`
	Message      *openaiMessage `json:"message"`
	Delta        *openaiMessage `json:"delta"`
	FinishReason string         `json:"finish_reason"`
}

type openaiMessage struct {
	Content          string           `json:"content"`
	Refusal          string           `json:"refusal"`
	ReasoningContent string           `json:"reasoning_content"`
	Reasoning        string           `json:"reasoning"`
	ToolCalls        []openaiToolCall `json:"tool_calls"`
}

type openaiToolCall struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

type openaiUsage struct {
	Prompt        int `json:"prompt_tokens"`
	Completion    int `json:"completion_tokens"`
	PromptDetails struct {
		Cached int `json:"cached_tokens"`
		Audio  int `json:"audio_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionDetails struct {
		Reasoning int `json:"reasoning_tokens"`
		Audio     int `json:"audio_tokens"`
	} `json:"completion_tokens_details"`
}

// Whole takes in a completion or a chunk.
func (a *openaiChat) Whole(body []byte, out dialect.Emit) error {
	var answer openaiAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	resp := a.Response
	resp.ID, resp.Model = cmp.Or(resp.ID, answer.ID), cmp.Or(resp.Model, answer.Model)
	resp.ServiceTier = cmp.Or(resp.ServiceTier, answer.ServiceTier)
	if answer.Created > 0 {
		resp.Created = time.Unix(answer.Created, 0).UTC()
	}
	for i := range answer.Choices {
		if c := &answer.Choices[i]; c.Index == 0 {
			a.choice(c, out)
		}
	}
	if answer.Usage != nil {
		resp.Usage, a.Counted = answer.Usage.disjoint(), true
	}
	a.fail(answer.Error)
	return nil
}

// terminal is the dialect's last event.
var terminal = []byte("[DONE]")

// Event takes in one event of a stream.
func (a *openaiChat) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	data := bytes.TrimSpace(event.Data)
	switch {
	case bytes.Equal(data, terminal):
		return true, nil
	case len(data) == 0:
		return false, nil
	case string(event.Type) == "error":
		a.Failure = edge.ParseBody(data)
		return false, nil
	}
	return false, a.Whole(data, out)
}

func (a *openaiChat) choice(c *openaiChoice, out dialect.Emit) {
	a.Begun = true
	if m := cmp.Or(c.Message, c.Delta); m != nil {
		a.AddReason([]byte(cmp.Or(m.ReasoningContent, m.Reasoning)), out)
		a.AddText([]byte(m.Content), out)
		a.Refusal = append(a.Refusal, m.Refusal...)
		for i := range m.ToolCalls {
			t := &m.ToolCalls[i]
			a.toolCall(a.indexOf(t), t.ID, t.Function.Name, t.Function.Arguments, out)
		}
	}
	a.finished(c.FinishReason)
}

// indexOf finds the call that a piece belongs to: by its index, and where a server gives none, by whether it names a call.
func (a *openaiChat) indexOf(t *openaiToolCall) int {
	switch {
	case t.Index != nil:
		a.last = *t.Index + 1
	case t.ID != "":
		a.last++
	}
	return a.last - 1
}

// disjoint takes the cached part of a prompt out of the rest.
func (u *openaiUsage) disjoint() request.Usage {
	prompt, output := bounded(u.Prompt), bounded(u.Completion)
	read := min(bounded(u.PromptDetails.Cached), prompt)
	return request.Usage{
		InputTokens:       prompt - read,
		CacheReadTokens:   read,
		OutputTokens:      output,
		ReasoningTokens:   min(bounded(u.CompletionDetails.Reasoning), output),
		AudioOutputTokens: min(bounded(u.CompletionDetails.Audio), output),
		AudioInputTokens:  min(bounded(u.PromptDetails.Audio), prompt-read),
		Reported:          true,
	}
}
