package contract

import (
	"errors"
	"strings"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// plainCases are questions and answers in text.
var plainCases = []check{
	{name: "plain text", run: plainText},
	{name: "system message", run: systemMessage},
	{name: "several turns", run: severalTurns},
	{name: "text in parts", run: textInParts},
	{name: "model of the request", run: modelOfTheRequest},
	{name: "Unicode", run: unicodeText},
	{name: "empty answer", run: emptyAnswer},
	{name: "input of 1 MB", run: hugeInput},
	{name: "answer of 256 KB", run: hugeAnswer},
	{name: "refusal", needs: []Feature{Refusals}, run: refusal},
	{name: "one call after the other", run: ownAnswers},
}

func plainText(s *stage) error {
	return s.answers(setting{Config: says("Because of the air.")}, ask("Why is the sky blue?"), func(r *request.Response, p *Provider) error {
		return errors.Join(
			want("the parts", r.Parts, []request.Part{request.TextPart{Text: "Because of the air."}}),
			want("the finish reason", r.FinishReason, request.FinishStop),
			want("the model", r.Model, Model),
			want("the question as it arrived", p.last().Text, "Why is the sky blue?"),
			want("the number of turns", p.last().Turns, 1),
		)
	})
}

func systemMessage(s *stage) error {
	req := ask("Hello?")
	req.Messages = append([]request.Message{
		{Role: request.RoleSystem, Content: "Be brief.", Parts: []request.Part{request.TextPart{Text: "Be kind."}}},
		{Role: request.RoleSystem, Content: "Be right."},
	}, req.Messages...)
	return s.answers(setting{Config: says("Hello!")}, req, func(_ *request.Response, p *Provider) error {
		rest := p.last().System
		for _, text := range []string{"Be brief.", "Be kind.", "Be right."} {
			_, after, found := strings.Cut(rest, text)
			if !found {
				return that(false, "the system message arrived as %q, which lacks %q or has it out of order", p.last().System, text)
			}
			rest = after
		}
		return want("the question as it arrived", p.last().Text, "Hello?")
	})
}

func severalTurns(s *stage) error {
	req := ask("My name is Ada.")
	req.Messages = append(req.Messages,
		request.Message{Role: request.RoleAssistant, Content: "Hello, Ada."},
		request.Message{Role: request.RoleUser, Content: "What is my name?"},
	)
	return s.answers(setting{Config: says("Ada.")}, req, func(_ *request.Response, p *Provider) error {
		return errors.Join(
			want("the number of turns", p.last().Turns, 3),
			want("the question as it arrived", p.last().Text, "What is my name?"),
			s.carries(p, "My name is Ada.", "Hello, Ada."),
		)
	})
}

func textInParts(s *stage) error {
	req := ask("one ")
	addParts(request.TextPart{Text: "two "}, request.TextPart{Text: "three"})(&req)
	return s.answers(setting{Config: says("four")}, req, func(_ *request.Response, p *Provider) error {
		return want("the question as it arrived", p.last().Text, "one two three")
	})
}

func modelOfTheRequest(s *stage) error {
	req := ask("Hello?")
	req.Model = "another-model"
	return s.answers(setting{Config: says("Hello!")}, req, func(r *request.Response, p *Provider) error {
		return errors.Join(want("the model asked", p.last().Model, "another-model"), want("the model that answered", r.Model, "another-model"))
	})
}

// echoes has the model repeat the question.
func echoes() sim.Config {
	return sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: p.Text} }}
}

// strange are texts that go wrong where somebody escapes, splits or measures them by hand.
var strange = []string{
	"👩\u200d👩\u200d👧\u200d👦 🏴\U000e0067\U000e0062\U000e007f 🇺🇳", "مرحبا \u200fبالعالم\u200e שלום", "e\u0301 ﬁ Å 日本語 𝒳 \U0010FFFF", `\u0000 \ud83d \"quoted\" \\ </script> data: [DONE]`,
	"tab\there, line\nbreak, \r\n, quote \" and \\", "line\u2028and\u2029separators", "\x01\x1f\x7f", "data: {\"x\":1}\n\nevent: error\n\n",
}

func unicodeText(s *stage) error {
	for _, text := range strange {
		err := s.answers(setting{Config: echoes()}, ask(text), func(r *request.Response, p *Provider) error {
			return errors.Join(want("the question as it arrived", p.last().Text, text), want("the answer", r.Content, text))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func emptyAnswer(s *stage) error {
	return s.answers(setting{Config: says("")}, ask("Say nothing."), func(r *request.Response, _ *Provider) error {
		return errors.Join(want("the answer", r.Content, ""), want("the finish reason", r.FinishReason, request.FinishStop))
	})
}

func hugeInput(s *stage) error {
	text := strings.Repeat("0123456789abcdef", 1<<16)
	return s.answers(setting{Config: says("Long.")}, ask(text), func(_ *request.Response, p *Provider) error {
		return that(p.last().Text == text, "the question arrived as %s", brief(p.last().Text))
	})
}

func hugeAnswer(s *stage) error {
	text := strings.Repeat("0123456789abcdef", 1<<14)
	req := ask("Write.")
	req.MaxTokens = 1 << 17 // who has to send a bound sends a lower one
	return s.answers(setting{Config: says(text)}, req, func(r *request.Response, _ *Provider) error {
		return that(r.Content == text, "the answer is %s", brief(r.Content))
	})
}

func refusal(s *stage) error {
	set := setting{Config: answering(sim.Answer{Refusal: "I would rather not."})}
	return s.fails(set, ask("Do it."), func(e *request.Error, _ *Provider) error {
		return errors.Join(
			want("the class", e.Class, request.ClassContentPolicy),
			that(e.MaybeBilled, "a refusal is billed, but MaybeBilled is false"),
			that(e.Partial != nil, "a refusal without Partial, which holds its usage"),
		)
	})
}

// ownAnswers asks one client several things, one after the other: nothing of a call may reach the next.
func ownAnswers(s *stage) error {
	client, _ := s.open(setting{Config: echoes()})
	for _, text := range []string{"a long question, with many words", "short", "", "another"} {
		req := ask(text + "?")
		for _, w := range ways {
			end, err := w.ask(s.ctx, client, req)
			if err == nil && end.err != nil {
				err = end.raw
			}
			if err != nil {
				return err
			}
			if err := want("the answer", end.response.Content, text+"?"); err != nil {
				return err
			}
		}
	}
	return nil
}
