package langchain

import (
	"encoding/json"

	"github.com/seed63918563/llmgate/request"
)

// usageOf reads the counts of a choice in all the spellings of langchaingo's packages and makes them disjoint. Counts that
// are all zero are none: the packages say 0 where the provider said nothing.
func usageOf(info map[string]any) request.Usage {
	if nested, ok := info["usage"]; ok { // mistral's package keeps the provider's object
		info = asMap(nested)
	}
	read := firstCount(info, "PromptCachedTokens", "CacheReadInputTokens", "CachedTokens")
	write := firstCount(info, "CacheCreationInputTokens")
	input := firstCount(info, "InputTokens")
	if prompt := firstCount(info, "PromptTokens", "prompt_tokens", "input_tokens"); prompt > 0 { // these include what was cached
		read = min(read, prompt)
		write = min(write, prompt-read)
		input = prompt - read - write
	}
	output := firstCount(info, "CompletionTokens", "completion_tokens", "OutputTokens", "output_tokens")
	u := request.Usage{
		InputTokens: input, CacheReadTokens: read, CacheWrite5mTokens: write, OutputTokens: output,
		ReasoningTokens:   min(output, firstCount(info, "ReasoningTokens", "CompletionReasoningTokens", "ThinkingTokens")),
		AudioOutputTokens: min(output, firstCount(info, "CompletionAudioTokens")),
		AudioInputTokens:  min(input, firstCount(info, "PromptAudioTokens")),
	}
	u.Reported = u.TotalTokens() > 0
	return u
}

// firstCount returns the first count that is not zero.
func firstCount(info map[string]any, keys ...string) int {
	for _, key := range keys {
		if n := count(info[key]); n > 0 {
			return n
		}
	}
	return 0
}

// maxCount is beyond any real count and far from an overflow.
const maxCount = 1 << 30

func count(v any) int {
	n := 0.0
	switch v := v.(type) {
	case int:
		n = float64(v)
	case int32:
		n = float64(v)
	case int64:
		n = float64(v)
	case float64:
		n = v
	}
	if !(n > 0) { // NaN is not
		return 0
	}
	return bounded(int(min(n, maxCount)))
}

func bounded(n int) int { return min(max(0, n), maxCount) }

// asMap reads an object of any type by its JSON.
func asMap(v any) map[string]any {
	m := map[string]any{}
	if text, err := json.Marshal(v); err == nil {
		_ = json.Unmarshal(text, &m)
	}
	return m
}
