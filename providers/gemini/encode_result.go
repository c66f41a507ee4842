package gemini

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// placed is a result, where it was given, and where the call stands that it answers.
type placed struct {
	i, j   int
	result request.ToolResult
	call   request.ToolCall
	order  int
}

// results writes the results in the tool messages from first to last as one content, in the order of their calls, because a
// server that knows no ids goes by it.
func (e *encoder) results(first, last int) {
	var all []placed
	for i := first; i <= last; i++ {
		m := &e.call.Req.Messages[i]
		for j, p := range m.Parts {
			switch p := p.(type) {
			case request.ToolResult:
				call, order := findCall(e.call.Req.Messages[:i], p.CallID)
				all = append(all, placed{i, j, p, call, order})
			case request.CacheBreakpoint:
				e.warnCache()
			}
		}
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.order, b.order) })
	e.Comma()
	e.Raw(`{"role":"user","parts":[`)
	for i := range all {
		e.functionResponse(&all[i])
	}
	e.Raw("]}")
}

// findCall returns the nearest call with that id, and its number among all calls.
func findCall(messages []request.Message, id string) (call request.ToolCall, order int) {
	n := 0
	for i := range messages {
		for _, p := range messages[i].Parts {
			if c, ok := p.(request.ToolCall); ok {
				if n++; c.ID == id {
					call, order = c, n
				}
			}
		}
	}
	return call, order
}

func (e *encoder) functionResponse(r *placed) {
	e.Comma()
	e.Raw(`{"functionResponse":{`)
	e.Text("name", cmp.Or(r.result.Name, r.call.Name))
	e.id(r.result.CallID)
	e.Key("response")
	e.response(r)
	e.resultMedia(r)
	e.Raw("}}")
}

// response writes an object, which is what the API takes: the result's own, or one with the text in it. A failure stands under
// the name that the API has for it.
func (e *encoder) response(r *placed) {
	text := r.result.Content
	for _, p := range r.result.Parts {
		if t, ok := p.(request.TextPart); ok {
			text += t.Text
		}
	}
	whole := isObject(text)
	switch {
	case whole && !r.result.IsError:
		e.Raw(text)
		return
	case r.result.IsError:
		e.Raw(`{"error":`)
	default:
		e.Raw(`{"result":`)
	}
	if whole {
		e.Raw(text)
	} else {
		e.String(text)
	}
	e.Raw("}")
}

// longNumber is one whose digits the API, which keeps numbers as floats, could lose.
var longNumber = regexp.MustCompile(`[0-9]{16}`)

// isObject reports whether a result goes as an object and not as text.
func isObject(text string) bool {
	return strings.HasPrefix(text, "{") && json.Valid([]byte(text)) && !longNumber.MatchString(text)
}

// resultMedia writes the images and files of a result.
func (e *encoder) resultMedia(r *placed) {
	open := false
	for _, p := range r.result.Parts {
		m, ok := e.resultPart(r, p)
		if !ok {
			continue
		}
		if !open {
			e.Key("parts")
			e.Raw("[")
			open = true
		}
		e.Comma()
		e.Raw("{")
		e.media(m)
		e.Raw("}")
	}
	if open {
		e.Raw("]")
	}
}

func (e *encoder) resultPart(r *placed, p request.Part) (m media, ok bool) {
	switch p := p.(type) {
	case request.TextPart:
		return m, false
	case request.CacheBreakpoint:
		e.warnCache()
		return m, false
	case request.ImagePart:
		m = imageMedia(r.i, r.j, p)
	case request.FilePart:
		m = e.fileMedia(r.i, r.j, p)
	default:
		e.Refuse(r.i, r.j, fmt.Sprintf("%T has no place in a tool result of this API", p))
		return m, false
	}
	if !isModern(e.call.Model) {
		e.Refuse(r.i, r.j, fmt.Sprintf("%T in a tool result: this model takes text only; send it in a user message", p))
	}
	return m, true
}
