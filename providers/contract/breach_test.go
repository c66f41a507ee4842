package contract_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// breach is a way of breaking the contract, the cases that must notice it, and what they say.
type breach struct {
	open  contract.Open
	cases []string
	says  string
}

const overSockets = "goroutines over sockets, and nothing left"

// breachesOf are all breaches, by the client of the table that is broken.
var breachesOf = map[string]map[string]breach{
	"openai (chat)": merged(streamBreaches, errorBreaches, askBreaches, answerBreaches),
	"fake": {
		"forgets what was thought": {breakingOf(openFake, broken{response: func(r *request.Response) *request.Response {
			r.Reasoning = ""
			r.Parts = slices.DeleteFunc(r.Parts, func(p request.Part) bool {
				_, thought := p.(request.ReasoningPart)
				return thought
			})
			return r
		}}), []string{"reasoning shown", "reasoning in a tool loop"}, "easoning"},
		"drops results": {breakingOf(openFake, broken{before: asking(func(r *request.Request) { r.Messages = r.Messages[:1] })}),
			[]string{"image from a tool"}, "the number of results"},
	},
	"anthropic": {
		"drops cache marks": {breakingOf(openAnthropic, broken{before: asking(func(r *request.Request) { r.Messages = ask("Hello?").Messages })}),
			[]string{"cache marks"}, "the mark is not sent"},
		"drops the budget": {breakingOf(openAnthropic, broken{before: asking(func(r *request.Request) { r.ReasoningBudget = 0 })}),
			[]string{"reasoning budget"}, "neither sent nor warned about"},
		"thinks without proof": {breakingOf(openAnthropic, broken{response: func(r *request.Response) *request.Response {
			for i, p := range r.Parts {
				if thought, ok := p.(request.ReasoningPart); ok {
					r.Parts[i] = request.ReasoningPart{Text: thought.Text}
				}
			}
			return r
		}}), []string{"reasoning in a tool loop"}, ""},
	},
}

func merged(all ...map[string]breach) map[string]breach {
	out := map[string]breach{}
	for _, one := range all {
		maps.Copy(out, one)
	}
	return out
}

// ask is a request with one question.
func ask(text string) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}}
}

// featuresOf are those of a client of the table.
func featuresOf(name string) contract.Features {
	return clients[slices.IndexFunc(clients, func(c client) bool { return c.name == name })].features
}

func TestEveryBreachIsNoticed(t *testing.T) {
	for client, breaches := range breachesOf {
		for name, breach := range breaches {
			for _, c := range breach.cases {
				t.Run(name+"/"+c, func(t *testing.T) {
					got := contract.Judge(t, c, breach.open, featuresOf(client))
					if got.Outcome != contract.Failed || !strings.Contains(got.Why, breach.says) {
						t.Errorf("got %+v", got)
					}
				})
			}
		}
	}
}

// A case that no breach fails would be one that can't fail.
func TestEveryCaseCanFail(t *testing.T) {
	able := map[string]bool{overSockets: true} // which has tests of its own
	for _, breaches := range breachesOf {
		for b := range maps.Values(breaches) {
			for _, c := range b.cases {
				able[c] = true
			}
		}
	}
	for _, name := range contract.CaseNames() {
		if !able[name] {
			t.Errorf("no breach is listed that the case %q notices", name)
		}
	}
}

// A goroutine that outlives its call is noticed where real time passes.
func TestLeakedGoroutineIsNoticed(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	leaking := changing(func(*request.Request) { go func() { <-end }() })
	got := contract.Judge(t, overSockets, leaking, featuresOf("openai (chat)"))
	if got.Outcome != contract.Failed || !strings.Contains(got.Why, "goroutines") {
		t.Errorf("got %+v", got)
	}
}

// A connection for each call is noticed.
func TestUnusedConnectionIsNoticed(t *testing.T) {
	wasteful := func(t testing.TB, p *contract.Provider) request.Client {
		inner := p.Transport
		p.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Close = true
			return inner.RoundTrip(r)
		})
		return openChat(t, p)
	}
	got := contract.Judge(t, overSockets, wasteful, featuresOf("openai (chat)"))
	if got.Outcome != contract.Failed || !strings.Contains(got.Why, "the connections used by 20 calls") {
		t.Errorf("got %+v", got)
	}
}
