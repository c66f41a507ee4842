package openai_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// reporting returns a way to have one client fail, and what it reported.
func reporting(t *testing.T) (fail func(status int, body string), reported *[]string) {
	reported = new([]string)
	transport := new(canned.Transport)
	client := clientOver(t, transport, func(cfg *openai.Config) {
		cfg.OnUnknownError = func(e *request.Error) { *reported = append(*reported, e.Error()) }
	})
	return func(status int, body string) {
		*transport = canned.Transport{Status: status, Body: body}
		if _, err := client.Complete(t.Context(), canned.Ask()); err == nil {
			t.Errorf("%d %s is no error", status, body)
		}
	}, reported
}

func TestUnknownErrorsAreReportedOnceForEachShape(t *testing.T) {
	fail, reported := reporting(t)
	fail(500, `{"error":{"message":"one","code":"flux"}}`)
	fail(500, `{"error":{"message":"two","code":"flux"}}`)
	fail(503, `{"error":{"message":"three","code":"flux"}}`)
	fail(429, `{"error":{"message":"known","code":"rate_limit_exceeded"}}`)
	fail(200, `{"error":{"message":"in a good response","code":"flux"}}`)
	want := []string{"openai: transient (500 flux): one", "openai: overloaded (503 flux): three", "openai: transient (200 flux): in a good response"}
	if diff := cmp.Diff(want, *reported); diff != "" {
		t.Error(diff)
	}
}

func TestReportsAreBounded(t *testing.T) {
	fail, reported := reporting(t)
	for i := range 300 {
		fail(500, fmt.Sprintf(`{"error":{"message":"x","code":"flux-%d"}}`, i))
	}
	if len(*reported) != 256 {
		t.Errorf("%d reports", len(*reported))
	}
}
