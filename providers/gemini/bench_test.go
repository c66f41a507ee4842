package gemini_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

const streamChunks = 100

// benchServer gives a 1 KB answer, or a stream of 100 events.
func benchServer() yardstick.Server {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, twice.\n", 20)
	content, _ := json.Marshal(text)
	whole := `{
  "candidates": [
    {
      "content": {
        "parts": [
          {
            "text": ` + string(content) + `
          }
        ],
        "role": "model"
      },
      "finishReason": "STOP",
      "index": 0
    }
  ],
  "usageMetadata": {
    "promptTokenCount": 21,
    "candidatesTokenCount": 220,
    "totalTokenCount": 241,
    "promptTokensDetails": [
      {
        "modality": "TEXT",
        "tokenCount": 21
      }
    ]
  },
  "modelVersion": "gemini-2.5-flash",
  "responseId": "CyKzaY_zNemtz7IP9PSe8Ak"
}`
	var events []string
	for i := range streamChunks {
		finish := ""
		if i == streamChunks-1 {
			finish = `"finishReason": "STOP",`
		}
		events = append(events, fmt.Sprintf(`data: {"candidates": [{"content": {"parts": [{"text": " word%d"}],"role": "model"},%s"index": 0}],`+
			`"usageMetadata": {"promptTokenCount": 21,"candidatesTokenCount": %d,"totalTokenCount": %d,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 21}]},`+
			`"modelVersion": "gemini-2.5-flash","responseId": "CyKzaY_zNemtz7IP9PSe8Ak"}`+"\n\n", i, finish, i, i+21))
	}
	const path = "/models/" + benchModel
	return yardstick.Server{Answers: map[string]yardstick.Answer{path + ":generateContent": {Whole: whole}, path + ":streamGenerateContent": {Events: events}}}
}

const (
	benchModel  = "gemini-2.5-flash"
	benchPrompt = "Why is the sky blue? Answer in about two hundred words, for a curious child of ten."
	benchSystem = "You are a helpful assistant."
)

func benchRequest() request.Request {
	return request.Request{
		Model: benchModel, MaxTokens: 300, Temperature: new(0.7),
		Messages: []request.Message{{Role: request.RoleSystem, Content: benchSystem}, {Role: request.RoleUser, Content: benchPrompt}},
	}
}

// The hand-written client: what an engineer writes without a library.
type (
	rawPart struct {
		Text string `json:"text"`
	}
	rawContent struct {
		Role  string    `json:"role,omitempty"`
		Parts []rawPart `json:"parts"`
	}
	rawConfig struct {
		MaxOutputTokens int     `json:"maxOutputTokens"`
		Temperature     float64 `json:"temperature"`
	}
	rawRequest struct {
		System   rawContent   `json:"systemInstruction"`
		Contents []rawContent `json:"contents"`
		Config   rawConfig    `json:"generationConfig"`
	}
	rawCandidate struct {
		Content      rawContent `json:"content"`
		FinishReason string     `json:"finishReason"`
	}
	rawUsage struct {
		PromptTokenCount     int `json:"promptTokenCount"`
		CandidatesTokenCount int `json:"candidatesTokenCount"`
	}
	rawResponse struct {
		ResponseID    string         `json:"responseId"`
		ModelVersion  string         `json:"modelVersion"`
		Candidates    []rawCandidate `json:"candidates"`
		UsageMetadata *rawUsage      `json:"usageMetadata"`
	}
)

func rawAsk() *rawRequest {
	return &rawRequest{
		System: rawContent{Parts: []rawPart{{benchSystem}}}, Contents: []rawContent{{"user", []rawPart{{benchPrompt}}}},
		Config: rawConfig{MaxOutputTokens: 300, Temperature: 0.7},
	}
}

func rawComplete(c *yardstick.Raw) yardstick.Call {
	return func(ctx context.Context) (int, error) {
		var out rawResponse
		if err := c.Complete(ctx, rawAsk(), &out); err != nil {
			return 0, err
		}
		return len(out.Candidates[0].Content.Parts[0].Text), nil
	}
}

func rawStream(c *yardstick.Raw) yardstick.Call {
	return func(ctx context.Context) (int, error) {
		var text strings.Builder
		err := c.Stream(ctx, rawAsk(), func(data []byte) error {
			var chunk rawResponse
			if err := json.Unmarshal(data, &chunk); err != nil {
				return err
			}
			text.WriteString(chunk.Candidates[0].Content.Parts[0].Text)
			return nil
		})
		return text.Len(), err
	}
}

// benchClient returns our client, and the address of a method for the hand-written one.
func benchClient(b *testing.B, method string) (ours *gemini.Client, url string) {
	base := yardstick.Start(b)
	return clientOver(b, wire.NewTransport(), func(c *gemini.Config) { c.BaseURL = base }), base + "/models/" + benchModel + method
}

var benchHeader = http.Header{"X-Goog-Api-Key": {testKey}}

func BenchmarkComplete(b *testing.B) {
	ours, url := benchClient(b, ":generateContent")
	yardstick.Compare(b, url, benchHeader, rawComplete, yardstick.Completing(ours, benchRequest))
}

func BenchmarkStream100(b *testing.B) {
	ours, url := benchClient(b, ":streamGenerateContent?alt=sse")
	yardstick.Compare(b, url, benchHeader, rawStream, yardstick.Streaming(ours, benchRequest))
}
