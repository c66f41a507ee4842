package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestChatPrintsTheAnswerAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "chat", "Why", "is", "the sky blue?")
		got := s.out.String()
		if !strings.HasPrefix(got, "Simulated answer to “Why is the sky blue?”: ") || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, ".\n") {
			t.Errorf("printed %q", got)
		}
		s.saysErr(t, "The built-in simulator answered")
	})
}

func TestChatTakesTheQuestionFromStandardInput(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.in = io.NopCloser(strings.NewReader("What is\nthis?\n"))
		s.expect(t, exitOK, "chat", "-")
		if got := s.out.String(); !strings.HasPrefix(got, "Simulated answer to “What is this?”: ") {
			t.Errorf("printed %q", got)
		}
	})
	s := newSession()
	s.in = io.NopCloser(strings.NewReader(" \n"))
	s.expect(t, exitUsage, "chat", "-")
	s.saysErr(t, "llmgate: the question is empty")
}

func TestChatSaysThatTheAnswerWasCutOff(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "chat", "hi", "--max-tokens", "3")
		if got := s.out.String(); got != "Simulated an\n" {
			t.Errorf("printed %q", got)
		}
		s.saysErr(t, "llmgate: the answer was cut off at the maximum of tokens")
	})
}

func TestChatSendsWhatItIsTold(t *testing.T) {
	bodies := make(chan []byte, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- body
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, `data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	}))
	defer server.Close()
	s := newSession()
	s.expect(t, exitOK, "chat", "What", "is", "it?", "-s", "Be brief.", "--max-tokens", "9", "-m", "openai/m", "--base-url", server.URL)
	var got struct {
		Model     string
		Messages  []struct{ Role, Content string }
		MaxTokens int `json:"max_tokens"`
		Stream    bool
	}
	if err := json.Unmarshal(<-bodies, &got); err != nil {
		t.Fatal(err)
	}
	if want := "{m [{system Be brief.} {user What is it?}] 9 true}"; fmt.Sprint(got) != want || s.out.String() != "yes\n" {
		t.Errorf("sent %v and printed %q; want %s and yes", got, s.out.String(), want)
	}
}

// stalled is a simulator that goes silent in the middle of its answer.
func stalled(t *testing.T) string {
	return serve(t, sim.Config{
		Respond: func(*sim.Prompt) *sim.Answer { return &sim.Answer{Text: "one two three four"} },
		Script:  []sim.Fault{{Kind: sim.FaultStall, After: 3}},
	})
}

func TestChatShowsTheAnswerAsItIsWritten(t *testing.T) {
	s := newSession()
	code := s.start(t, "chat", "hi", "--model", "openai/m", "--base-url", stalled(t))
	s.out.waitFor("one two") // though the answer is not complete, and never will be
	s.interrupts <- os.Interrupt
	if got := <-code; got != exitInterrupted {
		t.Errorf("ended with %d", got)
	}
	if got := s.err.String(); got != "llmgate: interrupted\n" || !strings.HasSuffix(s.out.String(), "\n") {
		t.Errorf("printed %q and said %q", s.out.String(), got)
	}
}

func TestChatWhoseAnswerBreaksOff(t *testing.T) {
	for kind, want := range map[sim.FaultKind]string{
		sim.FaultCut: "llmgate: openai: truncated (200): the answer broke off", sim.FaultErrorEvent: "llmgate: openai: transient (200",
	} {
		url := serve(t, sim.Config{
			Respond: func(*sim.Prompt) *sim.Answer { return &sim.Answer{Text: "one two three four"} },
			Script:  []sim.Fault{{Kind: kind, After: 3}},
		})
		s := newSession()
		s.expect(t, exitFailed, "chat", "hi", "--model", "openai/m", "--base-url", url)
		if got := s.out.String(); got != "one two \n" {
			t.Errorf("%s: printed %q", kind, got)
		}
		s.saysErr(t, want)
	}
}

func TestChatThatIsRefused(t *testing.T) {
	url := serve(t, sim.Config{Respond: func(*sim.Prompt) *sim.Answer { return &sim.Answer{Refusal: "I can't help with that."} }})
	s := newSession()
	s.expect(t, exitFailed, "chat", "hi", "--model", "openai/m", "--base-url", url)
	s.saysErr(t, "content_policy", "the model refused: I can't help with that.")
}

func TestInterruptWhileChatWaitsForItsQuestion(t *testing.T) {
	s := newSession()
	in, w := pipe(t.Context())
	s.in = in
	code := s.start(t, "chat", "-")
	fmt.Fprint(w, "Why is") // has been read when it returns
	s.interrupts <- os.Interrupt
	if got := <-code; got != exitInterrupted {
		t.Errorf("ended with %d", got)
	}
	if got := s.err.String(); got != "llmgate: interrupted\n" || s.out.String() != "" {
		t.Errorf("printed %q and said %q", s.out.String(), got)
	}
}

func TestChatWhoseOutputIsFull(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.to = &full{left: 20}
		s.expect(t, exitFailed, "chat", "hi")
		s.saysErr(t, "llmgate: "+errFull.Error())
	})
}
