package openai

import (
	"net/url"
	"strings"

	"github.com/seed63918563/llmgate/internal/wire"
)

// targetOf returns where requests of a model go.
func (c *Client) targetOf(model string) (*wire.Target, error) {
	if c.target != nil && (!c.cfg.modelInAddress() || model == c.cfg.Model) {
		return c.target, nil
	}
	return c.targetFor(model)
}

// modelInAddress: Azure's older Chat addresses name the deployment.
func (c *Config) modelInAddress() bool { return c.APIVersion != "" && c.API != Responses }

// targetFor builds the address of a model's requests.
func (c *Client) targetFor(model string) (*wire.Target, error) {
	path, version := c.cfg.API.path(), ""
	if c.cfg.modelInAddress() {
		path = "/deployments/" + url.PathEscape(model) + path
	}
	switch {
	case c.cfg.APIVersion != "":
		path, version = "/openai"+path, "?api-version="+url.QueryEscape(c.cfg.APIVersion)
	case c.cfg.Azure && !strings.HasSuffix(c.cfg.BaseURL, "/openai/v1"):
		path = "/openai/v1" + path
	}
	return c.dialect.TargetBehind(path + version)
}
