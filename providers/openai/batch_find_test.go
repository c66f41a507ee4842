package openai_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestFindBatch(t *testing.T) {
	page := func(metadata, more string) string {
		return `{"object":"list","data":[{"id":"other","status":"failed","metadata":null},{"id":"batch_1","status":"in_progress","metadata":` + metadata + `}],"has_more":` + more + `}`
	}
	first := "GET " + batchAddress + "?limit=100"
	for name, c := range map[string]struct {
		page string
		id   string
		sent []string
	}{
		"found":              {page(`{"team":"a","llmgate":"night-1"}`, "true"), "batch_1", []string{first}},
		"not there":          {page(`{"llmgate":"night-2"}`, "false"), "", []string{first}},
		"of another's form":  {page(`{"llmgate":["night-1"]}`, "false"), "", []string{first}},
		"none at all":        {`{"data":[],"has_more":true}`, "", []string{first}},
		"more than are read": {page(`{}`, "true"), "", append([]string{first}, slices.Repeat([]string{"GET " + batchAddress + "?after=batch_1&limit=100"}, 9)...)},
	} {
		routes := &canned.Routes{Answers: map[string]string{"GET /v1/batches": c.page}}
		batch, err := clientOver(t, routes, nil).FindBatch(t.Context(), "night-1")
		if d := cmp.Diff(c.sent, routes.Sent); err != nil || batch.ID != c.id || d != "" {
			t.Errorf("%s: found %q, error %v, sent (-want +got):\n%s", name, batch.ID, err, d)
		}
	}
	if _, err := clientOver(t, &canned.Routes{}, nil).FindBatch(t.Context(), "x"); !errors.Is(err, request.ErrNotFound) {
		t.Errorf("of a provider without a list: %v", err)
	}
	if _, err := clientOver(t, nil, func(c *openai.Config) { c.Quirks.NoBatches = true }).FindBatch(t.Context(), "x"); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("of a provider without batches: %v", err)
	}
}

func TestSubmitBatchAs(t *testing.T) {
	routes := &canned.Routes{Answers: map[string]string{"POST /v1/files": `{"id":"in"}`, "POST /v1/batches": validating}}
	if _, err := clientOver(t, routes, nil).SubmitBatchAs(t.Context(), "night-1", canned.Batch()); err != nil {
		t.Fatal(err)
	}
	want := "POST " + batchAddress + "\n" + `{"input_file_id":"in","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"llmgate":"night-1"}}`
	if routes.Sent[1] != want {
		t.Errorf("sent %s, want %s", routes.Sent[1], want)
	}
}
