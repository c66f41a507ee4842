package chains

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/tmc/langchaingo/agents"
	"github.com/tmc/langchaingo/chains"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/memory"
	"github.com/tmc/langchaingo/prompts"
	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/tools"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// over makes a langchaingo model of llmgate's client, which speaks to a simulator that answers as given.
func over(t *testing.T, cfg sim.Config) llms.Model {
	t.Helper()
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	client, err := openai.New(openai.Config{APIKey: "k-0123", Model: "m", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return langchain.Model(client)
}

func answer(text string) *sim.Answer { return &sim.Answer{Text: text} }

func TestLLMChain(t *testing.T) {
	model := over(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { return answer("You said: " + p.Text) }})
	chain := chains.NewLLMChain(model, prompts.NewPromptTemplate("Translate {{.text}}.", []string{"text"}))
	var streamed strings.Builder
	out, err := chains.Run(t.Context(), chain, "love", chains.WithTemperature(0), chains.WithMaxTokens(50),
		chains.WithStreamingFunc(func(_ context.Context, chunk []byte) error { streamed.Write(chunk); return nil }))
	if want := "You said: Translate love."; err != nil || out != want || streamed.String() != want {
		t.Errorf("%q, streamed %q, %v", out, streamed.String(), err)
	}
}

func TestConversationKeepsItsMemory(t *testing.T) {
	model := over(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		if strings.Contains(p.Text, "Human: My name is Ada.") && strings.Contains(p.Text, "AI: Hello, Ada.") {
			return answer("You are Ada.")
		}
		return answer("Hello, Ada.")
	}})
	chain := chains.NewConversation(model, memory.NewConversationBuffer())
	if out, err := chains.Run(t.Context(), chain, "My name is Ada."); err != nil || out != "Hello, Ada." {
		t.Fatalf("%q, %v", out, err)
	}
	if out, err := chains.Run(t.Context(), chain, "Who am I?"); err != nil || out != "You are Ada." {
		t.Errorf("%q, %v", out, err)
	}
}

func TestMapReduceOverDocuments(t *testing.T) {
	var mu sync.Mutex
	asked := 0
	model := over(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		mu.Lock()
		defer mu.Unlock()
		asked++
		if strings.Contains(p.Text, "short of A") && strings.Contains(p.Text, "short of B") {
			return answer("short of all")
		}
		return answer("short of " + string(p.Text[strings.Index(p.Text, "document ")+len("document ")]))
	}})
	chain := chains.LoadMapReduceSummarization(model)
	out, err := chains.Call(t.Context(), chain, map[string]any{"input_documents": []schema.Document{
		{PageContent: "document A"}, {PageContent: "document B"},
	}})
	if err != nil || out["text"] != "short of all" || asked != 3 {
		t.Errorf("%v after %d calls, %v", out, asked, err)
	}
}

func TestAgentCallsATool(t *testing.T) {
	model := over(t, sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		if p.Turns == 2 {
			return &sim.Answer{ToolCalls: []sim.ToolCall{{Name: "calculator", Arguments: `{"__arg1":"6*7"}`}}}
		}
		return answer("It is 42, by the calculator.")
	}})
	agent := agents.NewOpenAIFunctionsAgent(model, []tools.Tool{tools.Calculator{}})
	out, err := chains.Run(t.Context(), agents.NewExecutor(agent), "How much is 6 times 7?")
	if err != nil || out != "It is 42, by the calculator." {
		t.Errorf("%q, %v", out, err)
	}
}

func TestErrorsComeThroughAChain(t *testing.T) {
	model := over(t, sim.Config{APIKeys: []string{"another"}})
	chain := chains.NewLLMChain(model, prompts.NewPromptTemplate("{{.text}}", []string{"text"}))
	_, err := chains.Run(t.Context(), chain, "hello")
	if !errors.Is(err, request.ErrAuth) {
		t.Errorf("got %v", err)
	}
}
