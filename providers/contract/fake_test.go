package contract_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// openFake has a fake play what the simulator is set up to do.
func openFake(_ testing.TB, p *contract.Provider) request.Client {
	var calls atomic.Int64
	return fake.New(fake.Config{Model: contract.Model, Capabilities: p.Capabilities, Rules: []fake.Rule{{
		Respond: func(req *request.Request) fake.Reply {
			reply := play(p.Config.Respond(understood(req)), req)
			reply.TTFT = time.Duration(p.Config.TTFT.Sample(nil) * float64(time.Second)) // a constant
			if n := int(calls.Add(1)); n <= len(p.Config.Script) {
				strike(&reply, p.Config.Script[n-1])
			}
			return reply
		},
	}}})
}

// play makes a reply of a model's answer, bounded as the request says.
func play(a *sim.Answer, req *request.Request) fake.Reply {
	if a == nil {
		return fake.Reply{Echo: true}
	}
	reply := fake.Reply{Text: a.Text, Refusal: a.Refusal}
	for _, stop := range req.Stop {
		reply.Text, _, _ = strings.Cut(reply.Text, stop)
	}
	if most := 2 * req.MaxTokens; most > 0 && len(reply.Text) > most {
		reply.Text = reply.Text[:most]
		reply.Response = &request.Response{FinishReason: request.FinishLength}
	}
	if req.ReasoningEffort != "" {
		reply.Reasoning = a.Reasoning
	}
	for _, c := range a.ToolCalls {
		reply.ToolCalls = append(reply.ToolCalls, request.ToolCall{Name: c.Name, Arguments: c.Arguments})
	}
	return reply
}

func strike(r *fake.Reply, f sim.Fault) {
	r.After = f.After
	switch f.Kind {
	case sim.FaultCut:
		r.Cut = true
	case sim.FaultStall:
		r.Stall = true
	case sim.FaultErrorEvent:
		r.Err = &request.Error{Class: request.ClassOverloaded, MaybeBilled: true, Message: "no capacity"}
	case sim.FaultReset:
		r.Err, r.After = &request.Error{Class: request.ClassTransient, MaybeBilled: true}, 0
	}
}

// understood is a request as the simulator would have understood it.
func understood(req *request.Request) *sim.Prompt {
	p := &sim.Prompt{Model: req.Model}
	names := map[string]string{}
	for _, m := range req.Messages {
		if m.Role != request.RoleTool {
			p.Turns, p.Results = p.Turns+1, nil
		}
		switch m.Role {
		case request.RoleSystem:
			p.System += m.Text() + "\n\n"
		case request.RoleUser:
			p.Text = m.Text()
		}
		for _, part := range m.Parts {
			switch part := part.(type) {
			case request.ImagePart:
				p.Images++
			case request.FilePart:
				p.Files++
			case request.ToolCall:
				names[part.ID] = part.Name
			case request.ToolResult:
				text := request.Message{Content: part.Content, Parts: part.Parts}.Text()
				p.Turns++
				p.Results = append(p.Results, sim.ToolResult{Name: names[part.CallID], Text: text, Failed: part.IsError})
			}
		}
	}
	for _, t := range req.Tools {
		p.Tools = append(p.Tools, t.Name)
	}
	return p
}
