package sim

// responsesEvent is an event of a stream, of whatever type.
type responsesEvent struct {
	Type           string           `json:"type"`
	Response       *responsesObject `json:"response,omitempty"`
	Arguments      *string          `json:"arguments,omitempty"`
	ContentIndex   *int             `json:"content_index,omitempty"`
	Delta          *string          `json:"delta,omitempty"`
	Error          *chatErrorObject `json:"error,omitempty"`
	Item           any              `json:"item,omitempty"`
	ItemID         string           `json:"item_id,omitempty"`
	Logprobs       *[]struct{}      `json:"logprobs,omitempty"`
	Obfuscation    string           `json:"obfuscation,omitempty"`
	OutputIndex    *int             `json:"output_index,omitempty"`
	Part           any              `json:"part,omitempty"`
	Refusal        *string          `json:"refusal,omitempty"`
	SequenceNumber int              `json:"sequence_number"`
	SummaryIndex   *int             `json:"summary_index,omitempty"`
	Text           *string          `json:"text,omitempty"`
}

// responsesStream gathers the events of a stream, with how many tokens are written by then. Those of an item share its
// place and its id.
type responsesStream struct {
	r       *responses
	events  []event
	written int
	item    int
	id      string
}

func (s *responsesStream) add(e responsesEvent) {
	e.SequenceNumber = len(s.events)
	s.events = append(s.events, event{e.Type, e, s.written})
}

// in adds an event within the item.
func (s *responsesStream) in(e responsesEvent) {
	e.OutputIndex, e.ItemID = new(s.item), s.id
	s.add(e)
}

// deltas adds pieces of text, each of which is a token.
func (s *responsesStream) deltas(like responsesEvent, pieces []string) {
	for _, p := range pieces {
		s.written++
		like.Delta, like.Obfuscation = &p, obfuscation(s.r.StreamOptions, s.r.rng)
		s.in(like)
	}
}

// whole adds an item: as it begins, what comes in between, and as it ends.
func (s *responsesStream) whole(id string, begun, done any, between func()) {
	s.id = id
	s.add(responsesEvent{Type: "response.output_item.added", Item: begun, OutputIndex: new(s.item)})
	between()
	s.add(responsesEvent{Type: "response.output_item.done", Item: done, OutputIndex: new(s.item)})
	s.item++
}

func (r *responses) stream(t *turn) (events, closing []event) {
	s := &responsesStream{r: r}
	r.begun = r.object()
	s.add(responsesEvent{Type: "response.created", Response: &r.begun})
	s.add(responsesEvent{Type: "response.in_progress", Response: &r.begun})
	items := r.items(t.reply)
	calls := t.reply.calls
	for _, item := range items {
		switch item := item.(type) {
		case responsesReasoning:
			s.reasoning(item, t.reply)
		case responsesMessage:
			s.message(item, t.reply)
		case responsesCall:
			s.call(item, &calls[0])
			calls = calls[1:]
		}
	}
	end := responsesEvent{SequenceNumber: len(s.events)}
	name := "response.completed"
	if t.reply.end == full {
		name = "response.incomplete"
	}
	end.Type = name
	return s.events, []event{{name: name, data: late(func() any {
		end.Response = new(r.finished(t, items))
		return end
	})}}
}

func (s *responsesStream) reasoning(done responsesReasoning, a *reply) {
	begun := done
	begun.EncryptedContent, begun.Summary = s.r.encrypted(), []responsesSummary{}
	s.whole(done.ID, begun, done, func() {
		s.written += a.hidden
		for i, summary := range done.Summary {
			const text = "response.reasoning_summary_text"
			s.in(responsesEvent{Type: "response.reasoning_summary_part.added", SummaryIndex: &i, Part: responsesSummary{Type: summary.Type}})
			s.deltas(responsesEvent{Type: text + ".delta", SummaryIndex: &i}, a.thoughts)
			s.in(responsesEvent{Type: text + ".done", SummaryIndex: &i, Text: &summary.Text})
			s.in(responsesEvent{Type: "response.reasoning_summary_part.done", SummaryIndex: &i, Part: summary})
		}
	})
}

func (s *responsesStream) message(done responsesMessage, a *reply) {
	begun := done
	begun.Status, begun.Content = "in_progress", []responsesPart{}
	s.whole(done.ID, begun, done, func() {
		for i, part := range done.Content {
			kind := "response." + part.Type
			s.in(responsesEvent{Type: "response.content_part.added", ContentIndex: &i, Part: a.part("")})
			s.deltas(responsesEvent{Type: kind + ".delta", ContentIndex: &i, Logprobs: part.Logprobs}, a.pieces)
			s.in(responsesEvent{Type: kind + ".done", ContentIndex: &i, Logprobs: part.Logprobs, Text: part.Text, Refusal: part.Refusal})
			s.in(responsesEvent{Type: "response.content_part.done", ContentIndex: &i, Part: part})
		}
	})
}

func (s *responsesStream) call(done responsesCall, c *call) {
	begun := done
	begun.Status, begun.Arguments = "in_progress", ""
	s.whole(done.ID, begun, done, func() {
		const arguments = "response.function_call_arguments"
		s.written += callHead(c)
		s.deltas(responsesEvent{Type: arguments + ".delta"}, cut(c.arguments))
		s.in(responsesEvent{Type: arguments + ".done", Arguments: &done.Arguments})
	})
}
