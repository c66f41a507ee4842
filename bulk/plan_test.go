package bulk_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/request"
)

func plan(t *testing.T, input string, cfg bulk.PlanConfig) *bulk.Plan {
	t.Helper()
	src, err := source.Open(source.Config{Reader: strings.NewReader(input), Path: "in.jsonl", Provider: "openai"})
	check(t, err)
	cfg.Items, cfg.At = src.Items(), time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	p, err := bulk.NewPlan(cfg)
	check(t, err)
	return p
}

func TestPlan(t *testing.T) {
	input := `{"id":"a","prompt":"one","max_tokens":100}
{"id":"again","prompt":"one","max_tokens":100}
{"id":"b","prompt":"two","max_tokens":100}
{"id":"long","prompt":"` + strings.Repeat("word ", 2000) + `","max_tokens":100}
{"id":"picture","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a.example/x.png"}}]}],"max_tokens":100}
nonsense
`
	p := plan(t, input, bulk.PlanConfig{
		Provider: "openai", Model: "gpt-4o-mini", Limits: lane.Limits{RPM: 2, TPM: 1_000_000},
		Capabilities: request.Capabilities{Known: true, ContextTokens: 1000, Sampling: true},
	})
	if p.Items != 6 || p.Wrong != 1 || p.Duplicates != 1 || p.ToSend != 4 || p.AnswerTokens != 400 || p.Time != 2*time.Minute {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff([]string{"long"}, p.TooLongIDs); diff != "" || len(p.Lacking) != 1 {
		t.Errorf("lacking %v; too long (-want +got):\n%s", p.Lacking, diff)
	}
	if p.Expected <= 0 || p.Worst < p.Expected || p.Batch*2 != p.Expected || p.Unpriced != 0 {
		t.Errorf("the costs are %v, at worst %v, as a batch %v, %d unpriced", p.Expected, p.Worst, p.Batch, p.Unpriced)
	}
	if p = plan(t, input, bulk.PlanConfig{Provider: "nobody", Model: "x"}); p.Unpriced != 4 || p.Why == "" || p.Time != 0 {
		t.Errorf("of a model that nobody knows: %+v", p)
	}
}

func TestPlanOfWhatIsLeft(t *testing.T) {
	d := newDesk(t, three)
	d.must()
	state, err := bulk.Open(t.Context(), d.output)
	check(t, err)
	defer state.Close()
	p := plan(t, three+`{"id":"d","prompt":"four"}`, bulk.PlanConfig{Provider: "openai", Model: "gpt-4o-mini", State: state, As: d.model})
	if p.Done != 3 || p.ToSend != 1 {
		t.Errorf("%+v", p)
	}
}

func TestStatusAndExport(t *testing.T) {
	d := newDesk(t, three+"nonsense\n")
	d.cfg.Concurrency = 1
	d.cfg.Source = "in.jsonl"
	d.must()
	s, err := bulk.ReadStatus(t.Context(), d.output)
	check(t, err)
	if s.Answered != 3 || s.Failed != 1 || s.Classes[request.ClassInvalid] != 1 || s.Model != d.model || s.Source != "in.jsonl" || s.Spent <= 0 {
		t.Errorf("%+v", s)
	}
	for format, want := range map[bulk.Format]string{
		bulk.Text:       "ONE\nTWO\nTHREE\n",
		bulk.CSV:        "id,content,",
		bulk.BatchJSONL: `{"id":"batch_req_0","custom_id":"a","response":{"status_code":200,`,
		bulk.Like:       `{"id":"a","content":"ONE"`,
	} {
		for _, order := range []bulk.Order{bulk.Completion, bulk.Input} {
			var out bytes.Buffer
			check(t, bulk.Export(t.Context(), d.output, format, order, &out))
			if !strings.HasPrefix(out.String(), want) || strings.Count(out.String(), "\n") < 3 {
				t.Errorf("%q in order %q: %s", format, order, out.String())
			}
		}
	}
	if _, err := bulk.ReadStatus(t.Context(), d.output+"x"); err == nil {
		t.Error("a state that is not there has a status")
	}
}
