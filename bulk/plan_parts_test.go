package bulk_test

import (
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/request"
)

func TestPlanOfItemsWhoseAnswersAreMadeOfSeveral(t *testing.T) {
	ask := func(text string) request.Request {
		return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}, MaxTokens: 10}
	}
	var items iter.Seq2[source.Item, error] = func(yield func(source.Item, error) bool) {
		for _, id := range []string{"a", "b", "broken"} {
			if !yield(source.Item{ID: id, Request: ask("a document")}, nil) {
				return
			}
		}
	}
	p, err := bulk.NewPlan(bulk.PlanConfig{
		Items: items, Provider: "openai", Model: "gpt-4o-mini", At: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), Limits: lane.Limits{RPM: 1},
		Parts: func(item *source.Item) ([]request.Request, error) {
			if item.ID == "broken" {
				return nil, errors.New("broken: it is")
			}
			return []request.Request{ask("shared"), ask("of " + item.ID)}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.Items != 3 || p.ToSend != 2 || p.Wrong != 1 || p.Fault != "broken: it is" || p.Requests != 3 || p.AnswerTokens != 30 || p.Time != 3*time.Minute {
		t.Errorf("planned %+v", p)
	}
}
