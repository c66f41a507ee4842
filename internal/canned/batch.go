package canned

import (
	"slices"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

// Batch is two items that every dialect can say.
func Batch() []request.BatchItem {
	return []request.BatchItem{{ID: "a", Request: Ask()}, {ID: "b", Request: Ask()}}
}

// Results reads the results of the batch, and the error that they ended with.
func Results(t testing.TB, c request.Batcher, id string) (all []request.BatchResult, err error) {
	t.Helper()
	for result, err := range c.BatchResults(t.Context(), id) {
		if err != nil {
			return all, err
		}
		if (result.Response == nil) == (result.Err == nil) {
			t.Errorf("item %q has a response and an error, or neither: %+v", result.ID, result)
		}
		if result.ID == "" && result.Err == nil {
			t.Errorf("a response without an ID: %+v", result)
		}
		all = append(all, result)
	}
	return all, nil
}

// CheckBatchFaults holds a client to what it must refuse before anything is sent.
func CheckBatchFaults(t *testing.T, c request.Batcher, sent func() int) {
	t.Helper()
	same := Batch()
	same[1].ID = "a"
	faults := map[string][]request.BatchItem{
		"no items": nil, "no ID": {{Request: Ask()}}, "the same ID twice": same, "no messages": {{ID: "a"}},
	}
	if most := c.BatchLimits().Items; most > 0 {
		faults["too many"] = slices.Repeat(Batch(), most)
	}
	if most := c.BatchLimits().Bytes; most < 64<<20 { // a larger one takes too long
		huge := Batch()
		huge[0].Request.Messages = []request.Message{{Role: request.RoleUser, Content: string(make([]byte, most/6))}} // six bytes each, escaped
		faults["too large"] = huge
	}
	if c.BatchLimits().OneModel {
		mixed := Batch()
		mixed[1].Request.Model = "another"
		faults["two models"] = mixed
	}
	for name, items := range faults {
		if _, err := c.SubmitBatch(t.Context(), items); request.Classify(err) != request.ClassInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := sent(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// CheckNoBatches holds a client without a batch API to saying so, whatever is asked of it.
func CheckNoBatches(t *testing.T, c request.Batcher) {
	t.Helper()
	_, size := c.BatchItemSize(Batch()[0])
	_, submit := c.SubmitBatch(t.Context(), Batch())
	_, poll := c.PollBatch(t.Context(), "batches/b")
	_, results := Results(t, c, "batches/b")
	for name, err := range map[string]error{"size": size, "submit": submit, "poll": poll, "results": results, "cancel": c.CancelBatch(t.Context(), "batches/b")} {
		if request.Classify(err) != request.ClassInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
