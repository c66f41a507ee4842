package contract

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// clientCases are the rest of the interface, and what is refused before sending.
var clientCases = []check{
	{name: "counting tokens", run: countTokens},
	{name: "capabilities", run: capabilities},
	{name: "refusal of what a model can't do", run: lackingModel},
	{name: "refusal of an invalid request", run: invalidRequest},
	{name: "request is not changed", run: requestUnchanged},
}

func countTokens(s *stage) error {
	client, _ := s.open(setting{})
	short, err := client.CountTokens(s.ctx, ask("Hello?"))
	if err != nil {
		return err
	}
	long, err := client.CountTokens(s.ctx, ask(strings.Repeat("Hello, how are you today? ", 100)))
	if err != nil {
		return err
	}
	_, err = client.CountTokens(s.ctx, request.Request{})
	return errors.Join(
		that(short.Tokens > 0 && long.Tokens > short.Tokens+300, "6 characters count %d tokens, 2600 count %d", short.Tokens, long.Tokens),
		that(errors.Is(err, request.ErrInvalid), "an invalid request is counted, or fails otherwise: %v", err),
	)
}

// blind is a model that takes text and nothing else.
func blind(model string) request.Capabilities {
	if model == Model {
		return request.Capabilities{Known: true, ContextTokens: 1000, Streaming: true}
	}
	return request.Capabilities{}
}

func capabilities(s *stage) error {
	client, p := s.open(setting{capabilities: blind})
	unknown := client.Capabilities("nobody-knows-this-model")
	return errors.Join(
		want("the capabilities of the client's own model", client.Capabilities(""), blind(Model)),
		want("the capabilities of a model by name", client.Capabilities(Model), blind(Model)),
		that(!unknown.Known, "a model that nobody has described is known: %+v", unknown),
		want("the requests sent for it", len(p.sent.all()), 0),
	)
}

// lackingModel needs of a model what it does not have.
func lackingModel(s *stage) error {
	for _, feature := range []Feature{Vision, PDF, Tools, JSONSchema} {
		req := ask("Hello?")
		probes[feature].change(&req)
		for _, model := range []string{"", "nobody-knows-this-model"} {
			if model != "" && !s.has(feature) {
				continue
			}
			req.Model = model
			set := setting{Config: says(`{"name":"Ada","age_in_years":36}`), capabilities: blind}
			err := s.both(set, req, func(end *ending, p *Provider) error {
				if model != "" {
					return that(end.err == nil, "a model of unknown capabilities is not let through: %v", end.raw)
				}
				return errors.Join(
					that(end.err != nil && end.err.Class == request.ClassInvalid, "the model has no %s, but the call ended with %v", feature, end.raw),
					want("the requests sent", len(p.heard())+len(p.sent.all()), 0),
				)
			})
			if err != nil {
				return fmt.Errorf("%s: %w", feature, err)
			}
		}
	}
	return nil
}

func invalidRequest(s *stage) error {
	invalid := ask("Hello?")
	invalid.MaxTokens, invalid.Temperature = -1, new(-1.0)
	for _, req := range []request.Request{{}, invalid} {
		err := s.fails(setting{Config: says("Hello!")}, req, func(e *request.Error, p *Provider) error {
			return errors.Join(
				want("the class", e.Class, request.ClassInvalid),
				want("the requests sent", len(p.heard())+len(p.sent.all()), 0),
				want("whether it may be billed", e.MaybeBilled, false),
			)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// requestUnchanged: the caller may use a request again, and from several goroutines.
func requestUnchanged(s *stage) error {
	original := func() request.Request {
		req := loop(request.ToolResult{Content: "Sunny."}, request.ToolResult{Content: "700,000"})
		req.Messages = append([]request.Message{{Role: request.RoleSystem, Content: "Be brief."}}, req.Messages...)
		req.Messages[1].Parts = append(req.Messages[1].Parts, request.TextPart{Text: "Please."})
		req.Stop, req.Temperature = []string{"STOP"}, new(0.5)
		return req
	}
	req := original()
	for _, w := range ways {
		client, _ := s.open(setting{Config: says("Hello!")})
		if _, err := w.ask(s.ctx, client, req); err != nil {
			return err
		}
	}
	return want("the request after the calls", req, original())
}
