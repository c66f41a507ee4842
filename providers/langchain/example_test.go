package langchain_test

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/testing/llmtest"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

func ExampleWrap() {
	answer := &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "Because of the air."}}}
	model := &llmtest.MockLLM{GenerateResponse: answer} // or any other of langchaingo's
	client := langchain.Wrap(model, langchain.Config{Provider: "mock"})
	resp, err := client.Complete(context.Background(), request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Content, resp.Usage.Estimated)
	// Output: Because of the air. true
}

func ExampleModel() {
	client, err := simulatedClient()
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := llms.GenerateFromSinglePrompt(context.Background(), langchain.Model(client), "Why is the sky blue?", llms.WithTemperature(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	// Output: Because of the air.
}

func ExampleOpenAI() {
	client, err := simulatedClient() // with a key, the same without Transport
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range client.Stream(context.Background(), ask()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(chunk.Content)
	}
	// Output: Because of the air.
}

func simulatedClient() (request.Client, error) {
	s, err := sim.New(sim.Config{Respond: func(*sim.Prompt) *sim.Answer { return &sim.Answer{Text: "Because of the air."} }})
	if err != nil {
		return nil, err
	}
	return langchain.OpenAI(langchain.Config{APIKey: "k-0123", Model: "m", Transport: s.Transport()})
}
