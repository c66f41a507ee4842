package anthropic

import (
	"net/url"
	"strings"

	"github.com/seed63918563/llmgate/internal/wire"
)

// targets are the addresses for one model.
type targets struct {
	whole, streamed, count *wire.Target
}

// targetsOf returns where requests of a model go.
func (c *Client) targetsOf(model string) (*targets, error) {
	if c.targets != nil && (c.cfg.Platform == Direct || model == c.cfg.Model) {
		return c.targets, nil
	}
	return c.targetsFor(model)
}

// targetsFor builds the addresses of a model's requests.
func (c *Client) targetsFor(model string) (*targets, error) {
	whole, streamed, count := c.cfg.paths(model)
	var t targets
	for _, one := range [...]struct {
		to   **wire.Target
		path string
	}{{&t.whole, whole}, {&t.streamed, streamed}, {&t.count, count}} {
		target, err := c.dialect.TargetBehind(one.path)
		if err != nil {
			return nil, err
		}
		*one.to = target
	}
	return &t, nil
}

// paths are those of an answer in one piece, of a stream, and of a count.
func (c *Config) paths(model string) (whole, streamed, count string) {
	switch c.Platform {
	case Vertex:
		const models = "/publishers/anthropic/models/"
		name := models + url.PathEscape(model)
		return name + ":rawPredict", name + ":streamRawPredict", models + "count-tokens:rawPredict"
	case Bedrock:
		name := "/model/" + strings.ReplaceAll(url.PathEscape(model), ":", "%3A")
		return name + "/invoke", name + "/invoke", name + "/invoke"
	}
	return "/v1/messages", "/v1/messages", "/v1/messages/count_tokens"
}
