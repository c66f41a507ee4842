package gemini_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/gemini"
)

// benchServer gives a 1 KB answer, or a stream of 100 events.
func benchServer() yardstick.Server {
	whole := `{
  "candidates": [
    {
      "content": {
        "parts": [
          {
            "text": ` + yardstick.Text() + `
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
	words := yardstick.Words()
	for i, word := range words {
		finish := ""
		if i == len(words)-1 {
			finish = `"finishReason": "STOP",`
		}
		events = append(events, fmt.Sprintf(`data: {"candidates": [{"content": {"parts": [{"text": %q}],"role": "model"},%s"index": 0}],`+
			`"usageMetadata": {"promptTokenCount": 21,"candidatesTokenCount": %d,"totalTokenCount": %d,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 21}]},`+
			`"modelVersion": "gemini-2.5-flash","responseId": "CyKzaY_zNemtz7IP9PSe8Ak"}`+"\n\n", word, finish, i, i+21))
	}
	const path = "/models/" + benchModel
	return yardstick.Server{Answers: map[string]yardstick.Answer{path + ":generateContent": {Whole: whole}, path + ":streamGenerateContent": {Events: events}}}
}

const benchModel = "gemini-2.5-flash"

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

func rawAsk() any {
	return &rawRequest{
		System: rawContent{Parts: []rawPart{{yardstick.System}}}, Contents: []rawContent{{"user", []rawPart{{yardstick.Prompt}}}},
		Config: rawConfig{MaxOutputTokens: 300, Temperature: 0.7},
	}
}

func (r *rawResponse) text() string { return r.Candidates[0].Content.Parts[0].Text }

// benchClient returns our client, and the address of a method for the hand-written one.
func benchClient(b *testing.B, method string) (ours *gemini.Client, url string) {
	base := yardstick.Start(b)
	return clientOver(b, wire.NewTransport(), func(c *gemini.Config) { c.BaseURL = base }), base + "/models/" + benchModel + method
}

var benchHeader = http.Header{"X-Goog-Api-Key": {testKey}}

func BenchmarkComplete(b *testing.B) {
	ours, url := benchClient(b, ":generateContent")
	yardstick.Compare(b, url, benchHeader, yardstick.RawComplete(rawAsk, (*rawResponse).text), yardstick.Completing(ours, benchModel))
}

func BenchmarkStream100(b *testing.B) {
	ours, url := benchClient(b, ":streamGenerateContent?alt=sse")
	yardstick.Compare(b, url, benchHeader, yardstick.RawStream(rawAsk, (*rawResponse).text), yardstick.Streaming(ours, benchModel))
}
