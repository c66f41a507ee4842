package sim

import "bytes"

// last names the event that ends an array.
const lastElement = "last"

// frame writes an event with the line ends of the vendor, or an element of the array.
func (g *generate) frame(name string, data []byte) []byte {
	if g.sse {
		return append(append([]byte("data: "), data...), "\r\n\r\n"...)
	}
	before := "["
	if g.begun {
		before = ",\r\n"
	}
	g.begun = true
	out := append([]byte(before), data...)
	if name == lastElement {
		out = append(out, ']')
	}
	return out
}

func (g *generate) malformed() event {
	return event{data: raw(`{"candidates": [{"content": {"parts": [{"text": "`)}
}

// failed takes an error with the brackets of an array or without.
func (g *generate) failed(body []byte) event {
	if !g.sse {
		body = bytes.TrimSuffix(bytes.TrimPrefix(body, []byte("[")), []byte("]"))
	}
	return event{name: lastElement, data: raw(body)}
}

// stream sends each candidate after the other: the thoughts, the text, the calls, each of them in one piece, and why it
// ended.
func (g *generate) stream(t *turn) (events, closing []event) {
	a := t.reply
	if promptBlocked(a) {
		return nil, []event{{name: lastElement, data: g.blocked(t)}}
	}
	thought, said := 0, 0
	for i := range t.req.times() {
		add := func(finish generateCandidate, part ...generatePart) {
			events = append(events, event{data: g.response(t, thought, said, g.candidate(i, finish, part...)), written: thought + said})
		}
		thought += a.hidden
		for _, p := range a.thoughts {
			thought++
			add(generateCandidate{}, generatePart{Text: &p, Thought: true})
		}
		for _, p := range a.pieces {
			said++
			add(generateCandidate{}, generatePart{Text: &p})
		}
		calls := g.calls(a)
		for j, c := range calls {
			said += callTokens(&a.calls[j])
			add(generateCandidate{}, c)
		}
		for _, c := range a.calls[len(calls):] { // broke off
			said += callTokens(&c)
		}
		add(g.finish(a), generatePart{Text: new(""), ThoughtSignature: textSeal(a)})
	}
	last := len(events) - 1
	events[last].name = lastElement
	return events[:last], events[last:]
}
