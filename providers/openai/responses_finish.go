package openai

import (
	"cmp"
	"maps"
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// last takes in the terminal event, which holds the whole answer once more, or at some servers all but its items.
func (a *responses) last(u *update, out dialect.Emit) error {
	whole := responses{codec: a.client.codec(a.Req)}
	whole.Readers = a.Readers
	r := &a.Outer
	for r.Reset(u.response); r.Next(); {
		for key := range r.Fields() {
			switch {
			case string(key) != "output":
				a.field(string(key), out)
			case len(a.items) == 0: // nothing came before
				a.output(r, out)
			default:
				whole.output(r, nil)
			}
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	a.Begun = true
	a.status = cmp.Or(a.status, strings.TrimPrefix(string(u.kind), "response."))
	a.heal(&whole, out)
	return nil
}

// heal hands out what the whole answer holds and the events before it did not bring.
func (a *responses) heal(whole *responses, out dialect.Emit) {
	a.Parts.Fill(a.Response)
	whole.Parts.Fill(whole.Response)
	came, is := a.Response, whole.Response
	a.AddReason(a.missing(came.Reasoning, is.Reasoning), out)
	a.AddText(a.missing(came.Content, is.Content), out)
	a.Refusal = append(a.Refusal, a.missing(string(a.Refusal), string(whole.Refusal))...)
	for n, call := range is.ToolCalls {
		a.healCall(n, call, out)
	}
	a.healParts(came.Parts, is.Parts, out)
	for kind, n := range whole.units {
		for range n - a.units[kind] {
			a.count(kind)
		}
	}
	for _, w := range is.Warnings {
		a.Warn(w.Field, w.Message)
	}
}

// missing is what the whole has behind what came.
func (a *responses) missing(came, whole string) []byte {
	rest, ok := strings.CutPrefix(whole, came)
	if !ok && whole != "" {
		a.Warn("stream", "the pieces differ from the whole answer at its end; the pieces were kept")
	}
	if !ok {
		return nil
	}
	return []byte(rest)
}

func (a *responses) healCall(n int, call request.ToolCall, out dialect.Emit) {
	came := ""
	if n < a.Calls() {
		came = a.Parts.Arguments(n)
	} else {
		n = a.call(&itemPieces{callID: call.ID, name: call.Name}, out)
	}
	if n < 0 {
		return
	}
	if delta := a.Parts.Call(n, "", "", a.missing(came, call.Arguments)); !delta.IsZero() {
		out.Send(request.Chunk{ToolCall: delta})
	}
}

// healParts adds the opaque parts that are missing. They are told apart by number alone: their content may be new each time.
func (a *responses) healParts(came, whole []request.Part, out dialect.Emit) {
	have := 0
	for _, p := range came {
		if isOpaque(p) {
			have++
		}
	}
	for _, p := range whole {
		if !isOpaque(p) {
			continue
		}
		if have--; have < 0 {
			a.AddPart(p, out)
		}
	}
}

// isOpaque: parts that come in one piece.
func isOpaque(p request.Part) bool {
	switch p := p.(type) {
	case request.ReasoningPart:
		return p.Encrypted != ""
	case request.ImagePart:
		return true
	}
	return false
}

// Complete fills in the response. It may be called on an answer that broke off.
func (a *responses) Complete() {
	a.Fill()
	resp := a.Response
	if len(a.units) > 0 {
		resp.Usage.Units = maps.Clone(a.units)
	}
	resp.RawFinishReason = cmp.Or(a.why, a.status)
	resp.FinishReason = a.finishReason()
}

func (a *responses) finishReason() request.FinishReason {
	resp := a.Response
	if resp.Refusal != "" {
		return request.FinishContentPolicy
	}
	switch raw := resp.RawFinishReason; raw {
	case "completed", "":
		switch {
		case len(resp.ToolCalls) > 0:
			return request.FinishToolCalls
		case raw == "":
			return request.FinishOther
		}
		return request.FinishStop
	case "max_output_tokens", "max_tokens", "length":
		return request.FinishLength
	case "content_filter":
		return request.FinishContentPolicy
	case "failed", "cancelled", "queued", "in_progress":
		return request.FinishError
	}
	return request.FinishOther
}
