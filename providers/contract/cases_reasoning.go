package contract

import (
	"errors"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// reasoningCases are about models that think first.
var reasoningCases = []check{
	{name: "reasoning effort", needs: []Feature{Effort, Wire}, run: reasoningEffort},
	{name: "reasoning shown", needs: []Feature{Effort, Reasoning}, run: reasoningShown},
	{name: "reasoning in a tool loop", needs: []Feature{Effort, ReasoningBack, Tools}, run: reasoningLoop},
}

// thinks has the model think before it answers, if it is asked to.
func thinks() sim.Config {
	return answering(sim.Answer{Reasoning: "First this, then that.", Text: "Done."})
}

func reasoningEffort(s *stage) error {
	req := ask("Think.")
	req.ReasoningEffort = request.EffortLow
	return s.answers(setting{Config: thinks()}, req, func(r *request.Response, _ *Provider) error {
		return errors.Join(
			that(r.Usage.ReasoningTokens > 0 || r.Reasoning != "", "the model did not think: %+v", r.Usage),
			want("the answer", r.Content, "Done."),
		)
	})
}

func reasoningShown(s *stage) error {
	req := ask("Think.")
	req.ReasoningEffort = request.EffortLow
	return s.answers(setting{Config: thinks()}, req, func(r *request.Response, _ *Provider) error {
		return errors.Join(
			want("the reasoning", r.Reasoning, "First this, then that."),
			want("the answer", r.Content, "Done."),
			that(len(r.Parts) > 0 && isReasoning(r.Parts[0]), "the reasoning is not the first part: %+v", r.Parts),
		)
	})
}

func isReasoning(p request.Part) bool {
	_, ok := p.(request.ReasoningPart)
	return ok
}

// reasoningLoop sends an answer back with the result of its call: what was thought must return as it came, and in its place.
func reasoningLoop(s *stage) error {
	call := sim.ToolCall{Name: "get_weather", Arguments: `{"city":"Rome"}`}
	for _, w := range ways {
		client, p := s.open(setting{Config: sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
			if len(p.Results) > 0 {
				return &sim.Answer{Text: "It is " + p.Results[0].Text + ".", Reasoning: "Now I know."}
			}
			return &sim.Answer{Reasoning: "I have to look.", ToolCalls: []sim.ToolCall{call}}
		}}})
		req := withTools("Rain?", weather)
		req.ReasoningEffort = request.EffortLow
		first, err := w.ask(s.ctx, client, req)
		if err == nil && first.err != nil {
			err = first.raw
		}
		if err != nil {
			return err
		}
		if err := errors.Join(
			called(first.response, call),
			that(len(first.response.Parts) > 0 && isReasoning(first.response.Parts[0]), "the reasoning is not the first part: %+v", first.response.Parts),
			that(!s.has(Reasoning) || first.response.Reasoning == "I have to look.", "the reasoning is %q", first.response.Reasoning),
		); err != nil {
			return err
		}
		req.Messages = append(req.Messages, first.response.Message(), request.Message{Role: request.RoleTool, Parts: []request.Part{
			request.ToolResult{CallID: first.response.ToolCalls[0].ID, Content: "sunny"},
		}})
		second, err := w.ask(s.ctx, client, req)
		if err == nil && second.err != nil {
			err = second.raw
		}
		if err != nil {
			return err
		}
		if err := errors.Join(want("the answer", second.response.Content, "It is sunny."), s.carries(p, proofs(first.response)...)); err != nil {
			return err
		}
	}
	return nil
}

// proofs are what of an answer has to go back unchanged.
func proofs(r *request.Response) (texts []string) {
	for _, part := range r.Parts {
		switch p := part.(type) {
		case request.ReasoningPart:
			texts = append(texts, p.Signature, p.Encrypted)
			if p.Signature == "" && p.Encrypted == "" {
				texts = append(texts, p.Text)
			}
		case request.ToolCall:
			texts = append(texts, p.Signature)
		case request.TextPart:
			texts = append(texts, p.Signature)
		}
	}
	return texts
}
