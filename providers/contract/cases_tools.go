package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

// toolCases are calls of tools and their results.
var toolCases = []check{
	{name: "one tool", needs: []Feature{Tools}, run: oneTool},
	{name: "several calls at once", needs: []Feature{Tools}, run: severalCalls},
	{name: "tool without arguments", needs: []Feature{Tools}, run: noArguments},
	{name: "text beside a call", needs: []Feature{Tools}, run: textBesideCall},
	{name: "tool choice", needs: []Feature{Tools, ToolChoice, Wire}, run: toolChoice},
	{name: "one call at a time", needs: []Feature{Tools, OneCall, Wire}, run: oneCall},
	{name: "tool results", needs: []Feature{Tools}, run: toolResults},
	{name: "failed tool", needs: []Feature{Tools}, run: failedTool},
}

var (
	weather = request.Tool{
		Name: "get_weather", Description: "Tells the weather.",
		Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`),
	}
	population = request.Tool{
		Name: "get_population", Description: "Counts the people.",
		Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"},"year":{"type":"integer"}},"required":["city"]}`),
	}
	clock = request.Tool{Name: "read_clock", Description: "Tells the time."}
)

// calls has the model call tools.
func calls(list ...sim.ToolCall) sim.Config { return answering(sim.Answer{ToolCalls: list}) }

func withTools(text string, tools ...request.Tool) request.Request {
	req := ask(text)
	req.Tools = tools
	return req
}

// called checks the calls of an answer: names, arguments as JSON, and IDs that tell them apart.
func called(r *request.Response, calls ...sim.ToolCall) error {
	if len(r.ToolCalls) != len(calls) {
		return fmt.Errorf("%d tool calls came as %d: %+v", len(calls), len(r.ToolCalls), r.ToolCalls)
	}
	ids := map[string]bool{}
	for i, c := range r.ToolCalls {
		var got, wanted any
		if err := c.Decode(&got); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(calls[i].Arguments), &wanted); err != nil {
			return err
		}
		if c.ID == "" || ids[c.ID] {
			return fmt.Errorf("call %d has the ID %q, which is empty or another call's", i, c.ID)
		}
		ids[c.ID] = true
		if err := errors.Join(want("the name of a call", c.Name, calls[i].Name), want("the arguments of a call", got, wanted)); err != nil {
			return err
		}
	}
	return want("the finish reason", r.FinishReason, request.FinishToolCalls)
}

func oneTool(s *stage) error {
	call := sim.ToolCall{Name: "get_weather", Arguments: `{"city":"São \"Paulo\" 🌦"}`}
	return s.answers(setting{Config: calls(call)}, withTools("Rain?", weather), func(r *request.Response, p *Provider) error {
		return errors.Join(
			called(r, call),
			want("the tools that arrived", p.last().Tools, []string{"get_weather"}),
			s.carries(p, weather.Description),
		)
	})
}

func severalCalls(s *stage) error {
	list := []sim.ToolCall{
		{Name: "get_weather", Arguments: `{"city":"Rome, the eternal one"}`}, {Name: "get_population", Arguments: `{"city":"Oslo","year":1999}`},
		{Name: "get_weather", Arguments: `{"city":"Oslo"}`},
	}
	return s.answers(setting{Config: calls(list...)}, withTools("Rain and people?", weather, population), func(r *request.Response, p *Provider) error {
		return errors.Join(called(r, list...), want("the tools that arrived", p.last().Tools, []string{"get_weather", "get_population"}))
	})
}

func noArguments(s *stage) error {
	call := sim.ToolCall{Name: "read_clock", Arguments: "{}"}
	return s.answers(setting{Config: calls(call)}, withTools("What time is it?", clock), func(r *request.Response, p *Provider) error {
		return errors.Join(called(r, call), want("the tools that arrived", p.last().Tools, []string{"read_clock"}))
	})
}

func textBesideCall(s *stage) error {
	call := sim.ToolCall{Name: "get_weather", Arguments: `{"city":"Rome"}`}
	set := setting{Config: answering(sim.Answer{Text: "Let me look.", ToolCalls: []sim.ToolCall{call}})}
	return s.answers(set, withTools("Rain?", weather), func(r *request.Response, _ *Provider) error {
		return errors.Join(called(r, call), want("the text", r.Content, "Let me look."))
	})
}

// toolChoice leaves it to the simulator to do as it is told.
func toolChoice(s *stage) error {
	for _, c := range []struct {
		choice request.ToolChoice
		calls  string
	}{
		{request.ToolChoice{Mode: request.ToolNone}, ""},
		{request.ToolChoice{Mode: request.ToolAuto}, "get_weather"},
		{request.ToolChoice{Mode: request.ToolNamed, Name: "get_population"}, "get_population"},
		{request.ToolChoice{Mode: request.ToolRequired}, "get_weather"},
	} {
		req := withTools("How is the weather?", weather, population)
		req.ToolChoice = c.choice
		err := s.each(setting{}, req, func(end *ending, _ *Provider) error {
			r, err := end.answer()
			if err != nil {
				return err
			}
			var names []string
			for _, call := range r.ToolCalls {
				names = append(names, call.Name)
			}
			return want("the tool called under the choice "+string(c.choice.Mode), strings.Join(names, ","), c.calls)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func oneCall(s *stage) error {
	req := withTools("How are the weather and the population?", weather, population)
	req.ParallelToolCalls = new(false)
	return s.each(setting{}, req, func(end *ending, _ *Provider) error {
		r, err := end.answer()
		if err != nil {
			return err
		}
		return want("the number of calls", len(r.ToolCalls), 1)
	})
}

// loop is a conversation in which the model has called both tools, and these have answered.
func loop(first, second request.ToolResult) request.Request {
	req := withTools("Rain and people?", weather, population)
	first.CallID, second.CallID = "call_weather_1", "call_population_2"
	req.Messages = append(req.Messages,
		request.Message{Role: request.RoleAssistant, Parts: []request.Part{
			request.TextPart{Text: "Let me look."},
			request.ToolCall{ID: first.CallID, Name: "get_weather", Arguments: `{"city":"Rome"}`},
			request.ToolCall{ID: second.CallID, Name: "get_population", Arguments: `{"city":"Oslo"}`},
		}},
		request.Message{Role: request.RoleTool, Parts: []request.Part{first, second}},
	)
	return req
}

func toolResults(s *stage) error {
	req := loop(request.ToolResult{Content: "Sunny, ", Parts: []request.Part{request.TextPart{Text: "25 °C."}}}, request.ToolResult{Content: "700,000"})
	return s.answers(setting{Config: says("Sunny, and many.")}, req, func(r *request.Response, p *Provider) error {
		return errors.Join(
			want("the results that arrived", p.last().Results, []sim.ToolResult{{Name: "get_weather", Text: "Sunny, 25 °C."}, {Name: "get_population", Text: "700,000"}}),
			want("the answer", r.Content, "Sunny, and many."),
			s.carries(p, "Let me look."),
		)
	})
}

func failedTool(s *stage) error {
	req := loop(request.ToolResult{Content: "no such city", IsError: true}, request.ToolResult{Content: "700,000"})
	return s.answers(setting{Config: says("I don't know.")}, req, func(_ *request.Response, p *Provider) error {
		results := p.last().Results
		told := func(r sim.ToolResult) bool { return r.Failed || strings.Contains(strings.ToLower(r.Text), "error") }
		return errors.Join(
			that(len(results) == 2 && told(results[0]) && strings.Contains(results[0].Text, "no such city"), "the model is not told of the failure: %+v", results),
			that(!slices.ContainsFunc(results[min(1, len(results)):], told), "a good result arrived as a failure: %+v", results),
		)
	})
}
