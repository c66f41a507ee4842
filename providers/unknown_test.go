package providers_test

import (
	"testing"

	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// Every dialect tells of an error body that says nothing it knows, once.
func TestUnknownErrorsAreReportedByEveryDialect(t *testing.T) {
	for _, name := range []string{"openai/m", "openai-responses/m", "anthropic/m", "gemini/m", "langchain:openai/m", "langchain:anthropic/m"} {
		var reported []*request.Error
		p := &player{status: 500, body: `{"error":{"message":"flux","code":"kettle"}}`}
		client, err := providers.Open(t.Context(), name, environment(everything()), providers.WithTransport(p),
			providers.WithUnknownErrors(func(e *request.Error) { reported = append(reported, e) }))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := client.Complete(t.Context(), question()); !request.IsTransient(err) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if len(reported) != 1 || reported[0].Code != "kettle" {
			t.Errorf("%s: reported %v", name, reported)
		}
	}
}
