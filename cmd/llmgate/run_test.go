package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const examples = "../../examples/prompts.jsonl"

// exampleIDs are those of the examples, in order.
func exampleIDs(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(examples)
	if err != nil {
		t.Fatal(err)
	}
	return idsOf(objects(t, string(text)))
}

func TestRunAnswersTheExamples(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", examples)
		results := objects(t, s.out.String())
		for _, r := range results {
			if content, _ := r["content"].(string); content == "" && r["tool_calls"] == nil || r["error"] != nil {
				t.Errorf("no answer: %v", r)
			}
		}
		got, want := idsOf(results), exampleIDs(t)
		if slices.Equal(got, want) {
			t.Error("the results stand in the order of the input though nobody asked for it")
		}
		slices.Sort(got)
		slices.Sort(want)
		if len(want) != 200 || !slices.Equal(got, want) {
			t.Errorf("%d results for %d examples; want each once", len(got), len(want))
		}
		s.saysErr(t, "200 answered, 0 failed in ", " by sim/demo\n", " tokens in, ", "The built-in simulator answered, with made-up text.", "--model openai/")
		if strings.ContainsAny(s.err.String(), "\r\033") || strings.Contains(s.err.String(), "in flight") {
			t.Errorf("a line of progress was written where no person watches: %q", s.err.String())
		}
	})
}

func TestRunKeepsTheOrderOfTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", examples, "--order", "input", "-c", "50")
		if got := idsOf(objects(t, s.out.String())); !slices.Equal(got, exampleIDs(t)) {
			t.Errorf("the results stand in the order %v", got)
		}
	})
}

func TestRunWithAModelOfItsOwnChoiceSaysNothingOfAStandIn(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", file(t, `{"prompt":"x","model":"gpt-nobody"}`), "--model", "sim/own")
		if got := objects(t, s.out.String()); len(got) != 1 || got[0]["model"] != "own" || got[0]["id"] != "line-1" {
			t.Errorf("got %v; --model must hold whatever the line names", got)
		}
		s.saysErr(t, "1 answered, 0 failed", "by sim/own")
		if strings.Contains(s.err.String(), "built-in simulator") {
			t.Errorf("said %s", s.err.String())
		}
	})
}

func TestRunReportsABadLineAndAnswersTheOthers(t *testing.T) {
	var lines []string
	for i := 1; i <= 10; i++ {
		lines = append(lines, fmt.Sprintf(`{"id":"item-%d","prompt":"x"}`, i))
	}
	lines[6] = `{"id":"item-7","messages":[{"role":"user","content":7}]}`
	path := file(t, lines...)
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", path, "--order", "input")
		results := objects(t, s.out.String())
		for i, r := range results {
			if failed := r["error"] != nil; failed != (i == 6) || r["id"] != fmt.Sprint("item-", i+1) {
				t.Errorf("place %d holds %v", i, r)
			}
		}
		const fault = "prompts.jsonl:7: messages[0].content: expected a string or an array of parts"
		if len(results) != 10 || !strings.HasSuffix(results[6]["error"].(map[string]any)["message"].(string), fault) {
			t.Errorf("got %v", results)
		}
		s.saysErr(t, "llmgate: "+path+":7: messages[0].content: ", "9 answered, 1 failed (invalid 1)")
	})
}

func TestRunTellsTenFailuresOneByOne(t *testing.T) {
	const note = "further failures are in the results only"
	for _, n := range []int{10, 11, 25} {
		inBubble(t, func(t *testing.T, s *session) {
			s.expect(t, exitFailed, "run", file(t, slices.Repeat([]string{"nonsense"}, n)...))
			s.saysErr(t, fmt.Sprintf("0 answered, %d failed (invalid %d)", n, n))
			if got := strings.Count(s.err.String(), "prompts.jsonl:"); got != 10 {
				t.Errorf("of %d failures %d were told", n, got)
			}
			if got := strings.Count(s.err.String(), note); (got == 1) != (n > 10) || got > 1 {
				t.Errorf("after %d failures: said %d times that there are more", n, got)
			}
			if got := len(objects(t, s.out.String())); got != n {
				t.Errorf("%d results for %d lines", got, n)
			}
		})
	}
}

func TestRunReportsAFailureOfTheProvider(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", file(t, `{"id":"a","prompt":"x","no_such_parameter":1}`, `{"id":"b","prompt":"y"}`), "--order", "input")
		results := objects(t, s.out.String())
		failure, _ := results[0]["error"].(map[string]any)
		if failure["class"] != "invalid" || failure["status"] != 400.0 || failure["request_id"] == nil || results[1]["content"] == nil {
			t.Errorf("got %v", results)
		}
		s.saysErr(t, "llmgate: item a: sim: invalid (400 unknown_parameter)", "no_such_parameter", "1 answered, 1 failed (invalid 1)")
	})
}

func TestRunWithoutItems(t *testing.T) {
	for _, text := range []string{"", "\n \r\n\n", "\ufeff"} {
		inBubble(t, func(t *testing.T, s *session) {
			s.expect(t, exitUsage, "run", file(t, text))
			s.saysErr(t, "prompts.jsonl: no items in it; give at least one")
			if s.out.String() != "" {
				t.Errorf("wrote %q", s.out.String())
			}
		})
	}
}

func TestRunQuietly(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", "-q", file(t, `{"prompt":"x"}`, `nonsense`))
		if s.err.String() != "" || len(objects(t, s.out.String())) != 2 {
			t.Errorf("wrote %q and told %q", s.out.String(), s.err.String())
		}
	})
}

func TestRunKeepsTheBatchForm(t *testing.T) {
	path := file(t,
		`{"custom_id":"good","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-nobody","messages":[{"role":"user","content":"x"}]}}`,
		`{"custom_id":"refused","body":{"messages":[{"role":"user","content":"x"}],"no_such_parameter":1}}`,
		`{"custom_id":"wrong","url":"/v1/embeddings","body":{"messages":[{"role":"user","content":"x"}]}}`, `{"custom`)
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitFailed, "run", path, "--order", "input")
		results := objects(t, s.out.String())
		for i, want := range []string{"good", "refused", "wrong", "line-4"} {
			if results[i]["custom_id"] != want || results[i]["id"] != fmt.Sprint("batch_req_", i) || len(results[i]) != 4 {
				t.Errorf("place %d holds %v", i, results[i])
			}
		}
		good, _ := results[0]["response"].(map[string]any)
		body, _ := good["body"].(map[string]any)
		if good["status_code"] != 200.0 || body["object"] != "chat.completion" || body["model"] != "demo" || results[0]["error"] != nil {
			t.Errorf("the answer is %v", results[0])
		}
		refused, _ := results[1]["response"].(map[string]any)
		if refused["status_code"] != 400.0 || results[1]["error"] != nil {
			t.Errorf("the refusal is %v", results[1])
		}
		for _, r := range results[2:] {
			if failure, _ := r["error"].(map[string]any); r["response"] != nil || failure["code"] != "invalid" {
				t.Errorf("the fault is %v", r)
			}
		}
		s.saysErr(t, path+":3: url: ", path+":4: ", "1 answered, 3 failed")
	})
}

func TestRunReadsStandardInput(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in = in
		go func() {
			fmt.Fprint(w, "{\"id\":\"a\",\"prompt\":\"x\"}\nnonsense\n")
			w.Close()
		}()
		s.expect(t, exitFailed, "run", "-", "--order", "input")
		if got := idsOf(objects(t, s.out.String())); !slices.Equal(got, []string{"a", "line-2"}) {
			t.Errorf("got %v", got)
		}
		s.saysErr(t, "llmgate: standard input:2: not a JSON object", "1 answered, 1 failed")
	})
}

func TestRunAnswersALineBeforeTheNextIsThere(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in = in
		code := s.start(t, "run", "-")
		for _, id := range []string{"first", "second"} {
			fmt.Fprintf(w, "{\"id\":%q,\"prompt\":\"x\"}\n", id)
			s.out.waitFor(`"id":"` + id + `"`)
		}
		w.Close()
		if got := <-code; got != exitOK {
			t.Errorf("ended with %d: %s", got, s.err.String())
		}
	})
}

func TestRunWhoseInputBreaks(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		in, w := pipe(t.Context())
		s.in = in
		go func() {
			fmt.Fprint(w, "{\"id\":\"a\",\"prompt\":\"x\"}\n{\"id\"")
			w.CloseWithError(errFull)
		}()
		s.expect(t, exitFailed, "run", "-")
		if got := idsOf(objects(t, s.out.String())); !slices.Equal(got, []string{"a"}) {
			t.Errorf("got %v; what was read before must be answered", got)
		}
		s.saysErr(t, "llmgate: standard input:2: "+errFull.Error(), "1 answered, 0 failed")
	})
}

func TestRunWritesTextAlone(t *testing.T) {
	g, s := newGate(t), newSession()
	s.env["OPENAI_API_KEY"] = "key"
	close(g.open)
	s.expect(t, exitFailed, g.flags("run", file(t, `{"prompt":"x"}`, "nonsense"), "--text")...)
	if s.out.String() != "done\n" {
		t.Errorf("wrote %q", s.out.String())
	}
}
