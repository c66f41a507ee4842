package gemini_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

func TestFindBatch(t *testing.T) {
	page := func(name, next string) string {
		return `{"operations":[{"name":"batches/b0","error":{"code":3},"metadata":{"output":{"inlinedResponses":{"inlinedResponses":[{}]}}}},` +
			`{"name":"batches/b1","metadata":{"displayName":"` + name + `","state":"BATCH_STATE_RUNNING"}}],"nextPageToken":"` + next + `"}`
	}
	first := "GET " + batchAddress + "/batches?pageSize=100"
	for name, c := range map[string]struct {
		page, id string
		sent     int
	}{
		"found": {page("night-1", "p2"), "batches/b1", 1}, "not there": {page("night-2", ""), "", 1}, "none at all": {`{}`, "", 1},
		"more than are read": {page("night-2", "p2"), "", 10},
	} {
		routes := &canned.Routes{Answers: map[string]string{"GET /v1beta/batches": c.page}}
		batch, err := clientOver(t, routes, nil).FindBatch(t.Context(), "night-1")
		if err != nil || batch.ID != c.id || len(routes.Sent) != c.sent || routes.Sent[0] != first {
			t.Errorf("%s: found %q, error %v, sent %v", name, batch.ID, err, routes.Sent)
		}
		if c.sent > 1 && routes.Sent[1] != first+"&pageToken=p2" {
			t.Errorf("%s: sent %v", name, routes.Sent)
		}
	}
	for _, broken := range []string{`{"operations":{}}`, `{"operations":[{"name":`, "<html>"} {
		routes := &canned.Routes{Answers: map[string]string{"GET /v1beta/batches": broken}}
		if _, err := clientOver(t, routes, nil).FindBatch(t.Context(), "x"); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

func TestSubmitBatchAs(t *testing.T) {
	routes := &canned.Routes{Answers: map[string]string{"POST /v1beta/models/gemini-2.5-flash:batchGenerateContent": batchObject("BATCH_STATE_PENDING", "")}}
	if _, err := clientOver(t, routes, nil).SubmitBatchAs(t.Context(), "night-1", canned.Batch()); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(routes.Sent[0], "\n")
	if d := cmp.Diff(`{"batch":{"displayName":"night-1","inputConfig":`, body[:min(len(body), 48)]); d != "" {
		t.Errorf("sent (-want +got):\n%s", d)
	}
}
