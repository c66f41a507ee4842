package tokens_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/recorded"
	"github.com/seed63918563/llmgate/internal/tokens"
)

func TestFamiliesScaleTheEstimate(t *testing.T) {
	for model, want := range map[string]int{"gpt-4o": 1001, "anthropic/claude-sonnet-4-5": 1102, "models/gemini-2.5-pro": 1102, "": 1001} {
		if got := tokens.For(model, 1001); got != want {
			t.Errorf("%s: %d, want %d", model, got, want)
		}
	}
}

// Whole answers of text alone, as the providers counted them, are what the percentages were measured on. Without a folder of
// recordings there is nothing to measure.
func TestFamiliesMatchCountedAnswers(t *testing.T) {
	if os.Getenv(recorded.Variable) == "" {
		return
	}
	type sum struct{ estimated, counted, answers int }
	sums := map[string]*sum{"claude": {}, "gemini": {}}
	for _, x := range recorded.Load(t, func(string) bool { return true }) {
		text, model, counted := answerOf([]byte(x.Response.Body))
		for family, s := range sums {
			if strings.Contains(model, family) && len(text) >= 60 && counted > 0 {
				s.estimated, s.counted, s.answers = s.estimated+tokens.For(model, tokens.Text(text)), s.counted+counted, s.answers+1
			}
		}
	}
	for family, s := range sums {
		ratio := float64(s.counted) / float64(max(1, s.estimated))
		t.Logf("%s: %d answers, %d tokens counted, %.2f of the estimate", family, s.answers, s.counted, ratio)
		if s.answers >= 5 && (ratio < 0.85 || ratio > 1.15) {
			t.Errorf("%s: the estimate is off by more than 15 %%", family)
		}
	}
}

// answerOf reads a whole answer of text alone, in any of three dialects; anything else has no text.
func answerOf(body []byte) (text, model string, counted int) {
	var a struct {
		Model, ModelVersion string
		Content             []struct{ Type, Text string }
		Candidates          []struct {
			Content struct {
				Parts []struct {
					Text         string
					Thought      bool
					FunctionCall any
				}
			}
		}
		Choices []struct {
			Message struct {
				Content   any
				Reasoning any
				ToolCalls any `json:"tool_calls"`
			}
		}
		Usage struct {
			OutputTokens     int `json:"output_tokens"`
			CompletionTokens int `json:"completion_tokens"`
			Details          struct {
				Reasoning int `json:"reasoning_tokens"`
			} `json:"completion_tokens_details"`
		}
		UsageMetadata struct{ CandidatesTokenCount int }
	}
	if json.Unmarshal(body, &a) != nil || a.Usage.Details.Reasoning > 0 {
		return "", "", 0
	}
	for _, c := range a.Content {
		if c.Type != "text" {
			return "", "", 0
		}
		text += c.Text
	}
	for _, c := range a.Candidates {
		for _, p := range c.Content.Parts {
			if p.FunctionCall != nil {
				return "", "", 0
			}
			if !p.Thought {
				text += p.Text
			}
		}
	}
	for _, c := range a.Choices {
		s, _ := c.Message.Content.(string)
		if c.Message.Reasoning == nil && c.Message.ToolCalls == nil {
			text += s
		}
	}
	return text, a.Model + a.ModelVersion, a.Usage.OutputTokens + a.Usage.CompletionTokens + a.UsageMetadata.CandidatesTokenCount
}
