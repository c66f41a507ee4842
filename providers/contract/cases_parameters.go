package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// parameterCases are the settings of a request.
var parameterCases = []check{
	{name: "stop texts", needs: []Feature{Stop}, run: stopTexts},
	{name: "max tokens", needs: []Feature{MaxTokens}, run: maxTokens},
	{name: "unset is not sent", needs: []Feature{Wire}, run: unsetIsNotSent},
	{name: "zero is sent or warned about", needs: []Feature{Wire}, run: zeroIsSent},
	{name: "reasoning budget", needs: []Feature{Wire}, run: reasoningBudget},
	{name: "user and service tier", needs: []Feature{Wire}, run: userAndTier},
	{name: "cache marks", needs: []Feature{Wire, CacheMarks}, run: cacheMarks},
	{name: "extra fields", needs: []Feature{Wire}, run: extraFields},
	{name: "JSON answer", needs: []Feature{JSON}, run: jsonAnswer},
	{name: "answer under a JSON Schema", needs: []Feature{JSONSchema}, run: schemaAnswer},
}

func stopTexts(s *stage) error {
	req := ask("Count.")
	req.Stop = []string{"STOP", "five"}
	return s.answers(setting{Config: says("one two STOP three five")}, req, func(r *request.Response, _ *Provider) error {
		return errors.Join(want("the answer", r.Content, "one two "), want("the finish reason", r.FinishReason, request.FinishStop))
	})
}

func maxTokens(s *stage) error {
	const most = 16 // the least that every API takes
	text := strings.Repeat("a text that is much longer, ", 20)
	req := ask("Write.")
	req.MaxTokens = most
	return s.answers(setting{Config: says(text)}, req, func(r *request.Response, _ *Provider) error {
		return errors.Join(
			want("the finish reason", r.FinishReason, request.FinishLength),
			that(r.Content != "" && len(r.Content) < len(text) && r.Usage.OutputTokens <= most, "the answer is %q, of %d tokens", r.Content, r.Usage.OutputTokens),
		)
	})
}

// parameter is an optional number: how it is set to zero, and the names that dialects have for it.
type parameter struct {
	field string
	zero  func(*request.Request)
	names []string
}

var parameters = []parameter{
	{"temperature", func(r *request.Request) { r.Temperature = new(0.0) }, []string{"temperature"}},
	{"top_p", func(r *request.Request) { r.TopP = new(0.0) }, []string{"topp"}},
	{"top_k", func(r *request.Request) { r.TopK = new(0) }, []string{"topk"}},
	{"seed", func(r *request.Request) { r.Seed = new(int64(0)) }, []string{"seed", "randomseed"}},
	{"frequency_penalty", func(r *request.Request) { r.FrequencyPenalty = new(0.0) }, []string{"frequencypenalty"}},
	{"presence_penalty", func(r *request.Request) { r.PresencePenalty = new(0.0) }, []string{"presencepenalty"}},
}

// sentAs is the value of the parameter in a body, nil if it has none.
func (p *parameter) sentAs(b *body) any {
	for _, name := range p.names {
		if v, ok := b.fields[name]; ok {
			return v
		}
	}
	return nil
}

func unsetIsNotSent(s *stage) error {
	return s.answers(setting{Config: says("Hello!")}, ask("Hello?"), func(_ *request.Response, p *Provider) error {
		sent, err := p.wire()
		if err != nil {
			return err
		}
		for _, one := range parameters {
			if v := one.sentAs(sent); v != nil {
				err = errors.Join(err, fmt.Errorf("%s is not set, but sent as %v", one.field, v))
			}
		}
		return err
	})
}

func zeroIsSent(s *stage) error {
	for _, one := range parameters {
		req := ask("Hello?")
		one.zero(&req)
		err := s.both(setting{Config: says("Hello!")}, req, func(end *ending, p *Provider) error { // which may refuse a zero
			sent, err := p.wire()
			if err != nil || end.err == nil && warns(end.response, one.field) {
				return err
			}
			return that(one.sentAs(sent) == 0.0, "%s is 0, but sent as %v, without a warning", one.field, one.sentAs(sent))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func reasoningBudget(s *stage) error {
	req := ask("Think.")
	req.ReasoningBudget = 2048
	return s.answers(setting{Config: thinks()}, req, func(r *request.Response, p *Provider) error {
		sent, err := p.wire()
		if err != nil || warns(r, "reasoning") {
			return err
		}
		for _, name := range []string{"budgettokens", "thinkingbudget", "maxtokens"} {
			if sent.fields[name] == 2048.0 {
				return nil
			}
		}
		return errors.New("the budget is neither sent nor warned about")
	})
}

func userAndTier(s *stage) error {
	for field, set := range map[string]func(*request.Request){
		"user":         func(r *request.Request) { r.User = "auto" },
		"service_tier": func(r *request.Request) { r.ServiceTier = "auto" },
	} {
		req := ask("Hello?")
		set(&req)
		err := s.answers(setting{Config: says("Hello!")}, req, func(r *request.Response, p *Provider) error {
			sent, err := p.wire()
			if err != nil || warns(r, field) {
				return err
			}
			return that(sent.holds("auto"), "%s is neither sent nor warned about", field)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func cacheMarks(s *stage) error {
	req := ask("Hello?")
	probes[CacheMarks].change(&req)
	return s.answers(setting{Config: says("Hello!")}, req, func(r *request.Response, p *Provider) error {
		sent, err := p.wire()
		if err != nil {
			return err
		}
		_, marked := sent.fields["cachecontrol"]
		return that(marked && !warns(r, "cache"), "the mark is not sent")
	})
}

// extraFields puts a field into the body that the vocabulary has no name for, for the provider whose name responses have.
func extraFields(s *stage) error {
	client, _ := s.open(setting{Config: says("Hello!")})
	resp, err := client.Complete(s.ctx, ask("Hello?"))
	if err != nil {
		return err
	}
	req := ask("Hello?")
	req.Extra = map[string]map[string]any{resp.Provider: {"contractfield": "kept"}, "somebody else": {"contractother": "dropped"}}
	return s.both(setting{Config: says("Hello!")}, req, func(_ *ending, p *Provider) error { // which may refuse the field
		sent, err := p.wire()
		if err != nil {
			return err
		}
		return errors.Join(
			want("the extra field", sent.fields["contractfield"], any("kept")),
			want("another provider's extra field", sent.fields["contractother"], nil),
		)
	})
}

func jsonAnswer(s *stage) error {
	req := ask("Answer in JSON.")
	req.ResponseFormat.Type = request.FormatJSON
	return s.answers(setting{Config: says(`{"answer":42}`)}, req, func(r *request.Response, p *Provider) error {
		if s.has(Wire) {
			sent, err := p.wire()
			if err != nil {
				return err
			}
			if !sent.holds("json") && !warns(r, "response_format") {
				return errors.New("the format was not sent")
			}
		}
		return want("the answer", r.Content, `{"answer":42}`)
	})
}

var personFormat = request.ResponseFormat{
	Type: request.FormatJSONSchema, Name: "person", Strict: true,
	Schema: json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"},"age_in_years":{"type":"integer"}},"required":["name","age_in_years"],"additionalProperties":false}`),
}

func schemaAnswer(s *stage) error {
	const text = `{"name":"Ada","age_in_years":36}`
	req := ask("Who?")
	req.ResponseFormat = personFormat
	return s.answers(setting{Config: says(text)}, req, func(r *request.Response, p *Provider) error {
		if s.has(Wire) {
			sent, err := p.wire()
			if err != nil {
				return err
			}
			if _, ok := sent.fields["ageinyears"]; !ok {
				return errors.New("the schema was not sent")
			}
		}
		return errors.Join(
			want("the answer", r.Content, text), want("the finish reason", r.FinishReason, request.FinishStop),
			that(!slices.ContainsFunc(r.Warnings, func(w request.Warning) bool { return w.Field == "response_format.schema" }), "the schema is not honoured: %v", r.Warnings),
		)
	})
}
