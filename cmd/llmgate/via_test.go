package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pricedSim is a simulated model with a price.
const pricedSim = "sim/openai/gpt-4o-mini"

// A Batch file runs unchanged online and through the batch API, and its results have the same IDs and the same form.
func TestABatchFileRunsEitherWay(t *testing.T) {
	path := file(t,
		`{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-nobody","messages":[{"role":"user","content":"x"}]}}`,
		`{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-nobody","messages":[{"role":"user","content":"y"}]}}`,
		`{"custom_id":"c","method":"POST","url":"/v1/responses","body":{"model":"gpt-nobody","input":"z"}}`,
		`{"custom_id":"d","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-nobody"}}`)
	for _, order := range []string{"completion", "input"} {
		inBubble(t, func(t *testing.T, s *session) {
			var forms [2]map[string]string
			for i, flags := range []string{"--order", "--via batch --order"} {
				out := filepath.Join(t.TempDir(), "out")
				s.expect(t, exitFailed, append([]string{"run", path, "-o", out}, strings.Fields(flags+" "+order)...)...)
				forms[i] = map[string]string{}
				for _, line := range slices.Concat(objects(t, contents(t, out)), objects(t, contents(t, out+".failed.jsonl"))) {
					id, _ := line["custom_id"].(string)
					forms[i][id+idsOf([]map[string]any{line})[0]] = shape(line)
				}
			}
			if !strings.Contains(forms[1]["cbatch_req_2"], "output:[") || !strings.Contains(forms[1]["abatch_req_0"], "choices:[") {
				t.Errorf("the bodies are not those of the APIs asked for: %v", forms[1])
			}
			if ids := slices.Sorted(maps.Keys(forms[0])); !slices.Equal(ids, []string{"abatch_req_0", "bbatch_req_1", "cbatch_req_2", "d"}) || !maps.Equal(forms[0], forms[1]) {
				t.Errorf("online %v\nvia batch %v", forms[0], forms[1])
			}
		})
	}
}

// shape is what an object looks like, whatever the values are.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(name + ":" + shape(v[name]) + " ")
		}
		return "{" + b.String() + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + shape(v[0]) + "]"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "bool"
	}
	return "null"
}

func TestABudgetViaBatchSaysWhatMoreWouldBuy(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		out, prompts := filepath.Join(t.TempDir(), "out"), distinct(t)
		args := []string{"run", prompts, "-o", out, "--via", "batch", "-m", pricedSim, "--budget"}
		s.expect(t, exitFailed, append(args, "0.0005usd")...)
		s.saysErr(t, "answered, 0 failed", "The budget is used up: ", "items are not answered, which would cost about $0.0000", "the same command goes on with a higher budget")
		first := len(objects(t, contents(t, out)))
		if first == 0 || first == 5 {
			t.Fatalf("%d were answered: %s", first, s.err.String())
		}
		s.expect(t, exitOK, append(args, "1usd")...)
		if got := idsOf(objects(t, contents(t, out))); len(got) != 5 {
			t.Errorf("with a higher budget: %v", got)
		}
	})
}

// The demo costs nothing, so that every budget lets it pass.
func TestTheDemoGoesViaBatchWithinABudget(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", distinct(t), "-o", filepath.Join(t.TempDir(), "out"), "--via", "batch", "--budget", "1usd")
		s.saysErr(t, "5 answered, 0 failed", "sim/demo: 5 calls since the state was begun, $0.00")
	})
}

// Before a run via batch it counts what that costs, not what the same items cost online.
func TestConfirmingARunViaBatch(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		prompts := distinct(t)
		s.expect(t, exitOK, "plan", prompts, "-m", pricedSim, "--json")
		plan := objects(t, s.out.String())[0]
		online, batch := plan["worst_usd"].(float64), plan["batch_worst_usd"].(float64)
		if batch <= 0 || batch*2-online > 1e-9 || plan["batch_usd"].(float64)*2-plan["expected_usd"].(float64) > 1e-9 {
			t.Fatalf("the plan is %v", plan)
		}
		above := func(usd float64) []string {
			return []string{"run", prompts, "-o", filepath.Join(t.TempDir(), "out"), "-m", pricedSim, "--confirm-above", fmt.Sprintf("%.9fusd", usd)}
		}
		between := (online + batch) / 2
		s.expect(t, exitUsage, above(between)...)
		s.saysErr(t, "through the batch API: $", "not confirmed, nothing was sent")
		s.expect(t, exitOK, append(above(between), "--via", "batch")...)
		s.expect(t, exitUsage, append(above(batch*0.9), "--via", "batch")...)
	})
}

func TestCheckedViaBatch(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		out := filepath.Join(t.TempDir(), "out")
		s.expect(t, exitFailed, "run", distinct(t), "-o", out, "--via", "batch", "--check", `{{contains .text "question 3"}}`, "--repairs", "1")
		s.saysErr(t, "sim/demo: 9 calls", "1 answered, 4 failed (unknown 4)", "the answer was rejected, of 2 the last")
		if got := contents(t, out+".failed.jsonl"); !strings.Contains(got, `"code":"check_failed"`) {
			t.Errorf("failures %s", got)
		}
	})
	inBubble(t, func(t *testing.T, s *session) {
		schema := file(t, `{"type":"object","properties":{"colour":{"type":"string"}},"required":["colour"],"additionalProperties":false}`)
		out := filepath.Join(t.TempDir(), "out")
		s.expect(t, exitOK, "run", distinct(t), "-o", out, "--via", "batch", "--schema", schema)
		for _, line := range objects(t, contents(t, out)) {
			if text, _ := line["content"].(string); !strings.Contains(text, `"colour"`) {
				t.Errorf("answered %v", line)
			}
		}
	})
}

func TestWhatDoesNotGoViaBatch(t *testing.T) {
	for flags, want := range map[string]string{
		"--via post":                           `--via "post"`,
		"--via batch":                          "needs -o OUT",
		"--via batch -o OUT -m sim/a -m sim/b": "takes one model",
		"--via batch -o OUT -m ollama/llama3":  "no batch API; send the requests one by one",
	} {
		s := newSession()
		out := filepath.Join(t.TempDir(), "out")
		s.expect(t, exitUsage, append([]string{"run", file(t, `{"prompt":"x"}`)}, strings.Fields(strings.ReplaceAll(flags, "OUT", out))...)...)
		if !strings.Contains(s.err.String(), want) {
			t.Errorf("%s: %s", flags, s.err.String())
		}
		nothingLeft(t, out)
	}
}
