package openai

import (
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// codec is what the codecs of both APIs have in common.
type codec struct {
	dialect.Call
	client *Client
}

var (
	chatDesk      dialect.Desk[chat, *chat]
	responsesDesk dialect.Desk[responses, *responses]
)

func (c *Client) beginChat(a *chat, req *request.Request)           { a.codec = c.codec(req) }
func (c *Client) beginResponses(a *responses, req *request.Request) { a.codec = c.codec(req) }

func (c *Client) codec(req *request.Request) codec {
	return codec{Call: c.dialect.NewCall(req), client: c}
}

// created takes the time of the answer, in seconds.
func (a *codec) created(r *jsontext.Reader) {
	if t := r.Int(); a.Response.Created.IsZero() && t > 0 {
		a.Response.Created = time.Unix(t, 0).UTC()
	}
}

// usage takes the counts, if the object holds any.
func (a *codec) usage(r *jsontext.Reader) {
	var c counts
	for key := range r.Fields() {
		c.field(string(key), r)
	}
	if c.seen {
		a.Counted, a.Response.Usage = true, c.usage()
	}
}

// sources passes over a list of the pages that a text goes back to.
func (a *codec) sources(r *jsontext.Reader) {
	if r.Array() && r.More() {
		a.warnSources()
		for ok := true; ok; ok = r.More() {
			r.Skip()
		}
	}
}

func (a *codec) warnSources() {
	a.Warn("sources", "left out: the response has no place for the sources of a text")
}
