package langchain_test

import (
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/compliance"
	"github.com/tmc/langchaingo/testing/llmtest"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// obedient does what langchaingo's helpers ask of a model.
func obedient(p *sim.Prompt) *sim.Answer {
	for words, text := range map[string]string{
		"Reply with 'OK'": "OK", "Reply with 'Hello'": "Hello", "Hello, World!": "Hello, World!", "What's my name?": "Alice, of course.",
		"the number 42": "42", "Count from 1 to 100": "1 2 3 4 5 6 7 8 9 10 11 12", "days of the week": "Monday Tuesday Wednesday Thursday",
	} {
		if strings.Contains(p.Text, words) {
			return &sim.Answer{Text: text}
		}
	}
	return nil
}

func simulated(t *testing.T, open func(*sim.Sim) (request.Client, error)) llms.Model {
	t.Helper()
	s, err := sim.New(sim.Config{Respond: obedient})
	if err != nil {
		t.Fatal(err)
	}
	client, err := open(s)
	if err != nil {
		t.Fatal(err)
	}
	return langchain.Model(client)
}

func native(s *sim.Sim) (request.Client, error) {
	return openai.New(openai.Config{APIKey: "k-0123", Model: "m", Transport: s.Transport()})
}

// wrapped goes through langchaingo in both directions.
func wrapped(s *sim.Sim) (request.Client, error) {
	return langchain.OpenAI(langchain.Config{APIKey: "k-0123", Model: "m", Transport: s.Transport()})
}

func TestLangchaingosOwnHelpers(t *testing.T) {
	for name, open := range map[string]func(*sim.Sim) (request.Client, error){"native": native, "wrapped": wrapped} {
		t.Run(name, func(t *testing.T) {
			model := simulated(t, open)
			compliance.NewSuite("llmgate", model).Run(t)
			if err := llmtest.ValidateLLM(model); err != nil {
				t.Error(err)
			}
			t.Run("llmtest", func(t *testing.T) { llmtest.TestLLM(t, model) })
		})
	}
}
