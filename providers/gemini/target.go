package gemini

import (
	"strings"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// The methods stand behind a model's name in an address.
const (
	methodComplete = ":generateContent"
	methodStream   = ":streamGenerateContent"
	methodCount    = ":countTokens"
)

// prepareTargets makes those of the default model.
func (c *Client) prepareTargets() error {
	targets := map[string]*wire.Target{}
	for _, method := range [...]string{methodComplete, methodStream, methodCount} {
		target, err := c.targetFor(c.cfg.Model, method)
		if err != nil {
			return err
		}
		targets[method] = target
	}
	c.targets = targets
	return nil
}

// targetOf returns where requests of a model go.
func (c *Client) targetOf(model, method string) (*wire.Target, error) {
	if model == c.cfg.Model {
		return c.targets[method], nil
	}
	return c.targetFor(model, method)
}

// targetFor builds an address without parsing one, so that the many models of a gateway cost little.
func (c *Client) targetFor(model, method string) (*wire.Target, error) {
	if strings.Contains(model, "..") {
		return nil, &request.Error{Class: request.ClassInvalid, Provider: c.cfg.Provider, Model: model, Message: "the model has no place in an address; write a name such as gemini-2.5-flash"}
	}
	u := *c.base
	u.Path, u.RawPath = u.Path+"/"+resource(model)+method, ""
	if method == methodStream {
		u.RawQuery = "alt=sse"
	}
	return c.dialect.Target(&u), nil
}

// resource is a model's name as the API's own lists have it.
func resource(model string) string {
	if strings.Contains(model, "/") {
		return model
	}
	return "models/" + model
}
