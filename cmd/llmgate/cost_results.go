package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// resultLine is what of a line of results concerns its cost. It may be in either form that llmgate run writes.
type resultLine struct {
	billed
	// Error is that of a failure.
	Error *billed `json:"error"`
	// Response is that of OpenAI's Batch form.
	Response *struct {
		Body struct {
			Model       string      `json:"model"`
			ServiceTier string      `json:"service_tier"`
			Usage       *batchUsage `json:"usage"`
		} `json:"body"`
	} `json:"response"`
}

// billed is an answer, or what came of one.
type billed struct {
	Provider    string       `json:"provider"`
	Model       string       `json:"model"`
	ServiceTier string       `json:"service_tier"`
	Usage       *resultUsage `json:"usage"`
}

type resultUsage struct {
	Input        int            `json:"input_tokens"`
	CacheRead    int            `json:"cache_read_tokens"`
	CacheWrite   int            `json:"cache_write_tokens"`
	CacheWrite1h int            `json:"cache_write_1h_tokens"`
	Output       int            `json:"output_tokens"`
	Reasoning    int            `json:"reasoning_tokens"`
	AudioInput   int            `json:"audio_input_tokens"`
	ImageInput   int            `json:"image_input_tokens"`
	AudioOutput  int            `json:"audio_output_tokens"`
	ImageOutput  int            `json:"image_output_tokens"`
	Units        map[string]int `json:"units"`
	Estimated    bool           `json:"estimated"`
	CostUSD      *request.Money `json:"cost_usd"`
}

func (u *resultUsage) usage() request.Usage {
	usage := request.Usage{
		InputTokens: u.Input, CacheReadTokens: u.CacheRead, CacheWrite5mTokens: u.CacheWrite - u.CacheWrite1h, CacheWrite1hTokens: u.CacheWrite1h,
		OutputTokens: u.Output, ReasoningTokens: u.Reasoning, AudioInputTokens: u.AudioInput, ImageInputTokens: u.ImageInput,
		AudioOutputTokens: u.AudioOutput, ImageOutputTokens: u.ImageOutput, Units: u.Units, Reported: !u.Estimated, Estimated: u.Estimated,
	}
	return withCost(usage, u.CostUSD)
}

// batchUsage counts as Chat Completions does, or as the Responses API does, which has other words for the same: the prompt holds
// what came from the cache and went into it.
type batchUsage struct {
	Prompt       int       `json:"prompt_tokens"`
	Completion   int       `json:"completion_tokens"`
	PromptOf     promptOf  `json:"prompt_tokens_details"`
	CompletionOf answerOf  `json:"completion_tokens_details"`
	Input        int       `json:"input_tokens"`
	Output       int       `json:"output_tokens"`
	InputOf      *promptOf `json:"input_tokens_details"`
	OutputOf     *answerOf `json:"output_tokens_details"`

	Estimated bool           `json:"estimated"`
	Cost      *request.Money `json:"cost"`
}

type promptOf struct {
	Cached  int `json:"cached_tokens"`
	Written int `json:"cache_write_tokens"`
}

type answerOf struct {
	Reasoning int `json:"reasoning_tokens"`
}

func (u *batchUsage) usage() request.Usage {
	u.Prompt, u.Completion = cmp.Or(u.Prompt, u.Input), cmp.Or(u.Completion, u.Output)
	if u.InputOf != nil {
		u.PromptOf = *u.InputOf
	}
	if u.OutputOf != nil {
		u.CompletionOf = *u.OutputOf
	}
	usage := request.Usage{
		InputTokens: u.Prompt - u.PromptOf.Cached - u.PromptOf.Written, CacheReadTokens: u.PromptOf.Cached, CacheWrite5mTokens: u.PromptOf.Written,
		OutputTokens: u.Completion, ReasoningTokens: u.CompletionOf.Reasoning, Reported: !u.Estimated, Estimated: u.Estimated,
	}
	return withCost(usage, u.Cost)
}

func withCost(u request.Usage, cost *request.Money) request.Usage {
	if cost != nil {
		u.SetCost(*cost)
	}
	return u
}

// result is a line of results in one form. Without usage there was nothing to bill, as far as the line says.
type result struct {
	provider, model, tier string
	usage                 *request.Usage
}

func (l *resultLine) result() result {
	if l.Response != nil {
		body := &l.Response.Body
		r := result{model: body.Model, tier: body.ServiceTier}
		if body.Usage != nil {
			r.usage = new(body.Usage.usage())
		}
		return r
	}
	of := &l.billed
	if l.Error != nil {
		of = l.Error
	}
	r := result{provider: of.Provider, model: of.Model, tier: of.ServiceTier}
	if of.Usage != nil {
		r.usage = new(of.Usage.usage())
	}
	return r
}

// eachResult reads lines. Its errors name the file, the line and the field.
func eachResult(in io.Reader, path string, take func(result)) error {
	lines := bufio.NewReader(in)
	for number := 1; ; number++ {
		text, err := lines.ReadBytes('\n')
		if text = bytes.TrimSpace(text); len(text) > 0 {
			var line resultLine
			if err := json.Unmarshal(text, &line); err != nil {
				return fmt.Errorf("%s:%d: %w", path, number, explained(err))
			}
			r := line.result()
			if r.usage != nil && min(r.usage.InputTokens, r.usage.CacheReadTokens, r.usage.CacheWrite5mTokens, r.usage.CacheWrite1hTokens, r.usage.OutputTokens) < 0 {
				return fmt.Errorf("%s:%d: usage: a count is negative, or a part is more than its whole", path, number)
			}
			take(r)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
}

// explained says of an error in JSON which field it is.
func explained(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s: a %s, where llmgate run writes %s", cmp.Or(strings.TrimPrefix(e.Field, "billed."), "the line"), e.Value, e.Type)
	}
	return fmt.Errorf("no line of results: %w", err)
}
