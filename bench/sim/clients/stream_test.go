package clients

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestStream(t *testing.T) {
	text := strings.Repeat("A word, “another” one. ", 20)
	c, s := connect(t, sim.Config{Respond: says(sim.Answer{Text: text})})
	acc, err := stream(t, c, ask("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	if got := acc.Choices[0]; got.Message.Content != text || got.Message.Role != "assistant" || got.FinishReason != "stop" {
		t.Errorf("accumulated %+v", got)
	}
	if u := acc.Usage; u.CompletionTokens != int64((len([]rune(text))+3)/4) || u.TotalTokens != u.PromptTokens+u.CompletionTokens {
		t.Errorf("usage %+v", u)
	}
	if acc.ID == "" || acc.Model != "demo" || acc.Created == 0 {
		t.Errorf("accumulated %+v", acc.ChatCompletion)
	}
	if st := s.Stats(); st.Answered != 1 || st.OutputTokens != acc.Usage.CompletionTokens {
		t.Errorf("stats %+v", st)
	}
}

func TestStreamChoices(t *testing.T) {
	c, _ := connect(t, sim.Config{Respond: says(sim.Answer{Text: "the same"})})
	p := ask("Hello")
	p.N = openai.Int(3)
	acc, err := stream(t, c, p)
	if err != nil || len(acc.Choices) != 3 {
		t.Fatalf("%d choices, error %v", len(acc.Choices), err)
	}
	for _, choice := range acc.Choices {
		if choice.Message.Content != "the same" || choice.FinishReason != "stop" {
			t.Errorf("choice %+v", choice)
		}
	}
}

// The client sees the end of the text when it comes, not only at the end of the stream.
func TestStreamJustFinished(t *testing.T) {
	c, _ := connect(t, sim.Config{Respond: says(sim.Answer{Text: "All of it"})})
	s := c.Chat.Completions.NewStreaming(t.Context(), asStream(ask("Hello")))
	defer s.Close()
	var acc openai.ChatCompletionAccumulator
	finished := ""
	for s.Next() {
		acc.AddChunk(s.Current())
		if text, ok := acc.JustFinishedContent(); ok {
			finished += text
		}
	}
	if s.Err() != nil || finished != "All of it" {
		t.Errorf("finished %q, error %v", finished, s.Err())
	}
}

// What goes wrong in a stream is an error to the client, whose part of the answer stays.
func TestStreamFaults(t *testing.T) {
	for kind, is := range map[sim.FaultKind]func(error) bool{
		sim.FaultCut: func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) },
		sim.FaultErrorEvent: func(err error) bool {
			var e *ssestream.StreamError
			return errors.As(err, &e) && strings.Contains(e.Message, "The server had an error")
		},
		sim.FaultMalformed: func(err error) bool { return err != nil },
	} {
		t.Run(string(kind), func(t *testing.T) {
			c, _ := connect(t, sim.Config{Script: []sim.Fault{{Kind: kind, After: 4}}, Respond: says(sim.Answer{Text: strings.Repeat("abcd", 10)})})
			acc, err := stream(t, c, ask("Hello"))
			if !is(err) {
				t.Errorf("error %v of type %T", err, err)
			}
			if got := acc.Choices[0]; got.Message.Content != "abcdabcdabcd" || got.FinishReason != "" {
				t.Errorf("before the fault: %+v", got)
			}
			if again, err := stream(t, c, ask("Hello")); err != nil || again.Choices[0].FinishReason != "stop" {
				t.Errorf("the stream after: error %v", err)
			}
		})
	}
}

func TestStreamCancel(t *testing.T) {
	c, _ := connect(t, sim.Config{Script: []sim.Fault{{Kind: sim.FaultStall, After: 2}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := c.Chat.Completions.NewStreaming(ctx, ask("Hello"))
	defer s.Close()
	for range 2 {
		if !s.Next() {
			t.Fatal(s.Err())
		}
	}
	cancel()
	if s.Next() || !errors.Is(s.Err(), context.Canceled) {
		t.Errorf("error %v, want %v", s.Err(), context.Canceled)
	}
}

func TestStreamCloseEarly(t *testing.T) {
	c, _ := connect(t, sim.Config{Script: []sim.Fault{{Kind: sim.FaultStall, After: 2}}})
	s := c.Chat.Completions.NewStreaming(t.Context(), ask("Hello"))
	if !s.Next() {
		t.Fatal(s.Err())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if s.Next() {
		t.Error("a closed stream goes on")
	}
}
