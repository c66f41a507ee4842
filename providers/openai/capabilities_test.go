package openai_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const fine = `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}`

// What a model lacks is told before anything is sent; a model that nobody describes gets everything.
func TestWhatAModelLacksIsNotSent(t *testing.T) {
	image := request.ImagePart{URL: "https://x/i.png"}
	req := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Look", Parts: []request.Part{image}}}}
	for model, refused := range map[string]bool{"gpt-3.5-turbo": true, "gpt-4o": false, "nobody-knows-it": false} {
		transport := canned.Answer(fine)
		_, err := clientOver(t, transport, func(c *openai.Config) { c.Model = model }).Complete(t.Context(), req)
		if errors.Is(err, request.ErrInvalid) != refused || (transport.Got == nil) != refused {
			t.Errorf("%s: %v", model, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "messages[0].parts[0]") || canned.AsError(t, err).Model != model) {
			t.Errorf("%s: got %v", model, err)
		}
	}
}

func TestConfiguredCapabilitiesComeFirst(t *testing.T) {
	client := clientOver(t, canned.Answer(fine), func(c *openai.Config) {
		c.Capabilities = func(model string) request.Capabilities {
			return request.Capabilities{Known: model == "gpt-4o", ContextTokens: 7}
		}
	})
	if got := client.Capabilities("gpt-4o"); got.ContextTokens != 7 {
		t.Errorf("got %+v", got)
	}
	if got := client.Capabilities("gpt-4o-mini"); got.ContextTokens != 128_000 || !got.Vision {
		t.Errorf("got %+v", got)
	}
}

func TestSamplingIsLeftOutWhereItIsRefused(t *testing.T) {
	req := canned.Ask()
	req.Temperature, req.TopP = new(0.0), new(0.5)
	transport := canned.Answer(fine)
	resp, err := clientOver(t, transport, func(c *openai.Config) { c.Model = "o3" }).Complete(t.Context(), req)
	if err != nil || strings.Contains(string(transport.Sent), "temperature") || strings.Contains(string(transport.Sent), "top_p") {
		t.Fatalf("sent %s, %v", transport.Sent, err)
	}
	why := "not sent: the model takes no sampling parameters"
	if diff := cmp.Diff([]request.Warning{{Field: "temperature", Message: why}, {Field: "top_p", Message: why}}, resp.Warnings); diff != "" {
		t.Error(diff)
	}
}
