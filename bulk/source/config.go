package source

import (
	"io"

	"github.com/seed63918563/llmgate/request"
)

// Config says what to read. The zero value of a field but Path and Reader is its documented default.
type Config struct {
	// Path of the file; "-" is standard input.
	Path string
	// Reader is read instead, if it is set, and not closed; Path then only names it in errors, and by its extension.
	Reader io.Reader
	// Format of the file; found out if empty.
	Format Format
	// Prompt is a template that makes the question out of a row: of a table, of JSON with any fields, of a line of text, whose
	// field is "text". Empty: a table has a column "prompt", a JSON object is a whole request, a line of text is the question.
	Prompt string
	// System is a template for the system message. Empty: the row's field "system", if it has one. Items that are whole requests
	// keep a system message of their own; for the others it is a template over the fields of their JSON object.
	System string
	// Defaults are parameters for the items that do not set them. It has no Messages.
	Defaults request.Request
	// Provider is whose the fields are that the vocabulary has no name for: they go to its entry in a request's Extra. Empty:
	// such a field is an error.
	Provider string
	// AllowDuplicates lets items have the same ID. Otherwise the second is an error, which takes 30 MB for a million items.
	AllowDuplicates bool
}

// check parses the templates and lists everything wrong.
func (c *Config) check() (*templates, request.Faults) {
	t, faults := parseTemplates(c.Prompt, c.System)
	if problem := c.Format.problem(c.Prompt != ""); problem != "" {
		faults = append(faults, request.Fault{Field: "Format", Problem: problem})
	}
	if c.Path == "" && c.Reader == nil {
		faults = append(faults, request.Fault{Field: "Path", Problem: `empty; name a file, or give "-" for standard input`})
	}
	probe := c.Defaults
	if len(probe.Messages) > 0 {
		faults = append(faults, request.Fault{Field: "Defaults.messages", Problem: "set; the items bring the messages"})
	}
	probe.Messages = []request.Message{{Role: request.RoleUser, Content: "?"}}
	return t, append(faults, prefixed("Defaults.", probe.Validate())...)
}
