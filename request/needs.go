package request

import (
	"bytes"
	"fmt"
	"strings"
)

// Check tells whether a model can serve a request: it returns nil, or an *Error of class invalid that wraps [Faults], one
// for each thing that the request needs and the model lacks, at its first place. Where Known is false nothing is refused.
//
// Content and the shape of the answer are needs. Reasoning and sampling parameters are not, for a provider that ignores one
// says so in a warning; nor is the length of the prompt, which only the provider counts. No need unmet, no allocation.
func (c Capabilities) Check(r *Request) error {
	if !c.Known {
		return nil
	}
	var faults Faults
	if c.MaxOutputTokens > 0 && r.MaxTokens > c.MaxOutputTokens {
		faults.add("max_tokens", "%d is above the model's limit of %d; lower it", r.MaxTokens, c.MaxOutputTokens)
	}
	if !c.Tools && len(r.Tools) > 0 {
		faults.add("tools", "the model can't call tools; remove them or choose a model that can")
	}
	c.checkShape(r, &faults)
	c.checkContent(r, &faults)
	if len(faults) == 0 {
		return nil
	}
	return &Error{Class: ClassInvalid, Model: r.Model, Err: faults}
}

func (c Capabilities) checkShape(r *Request, f *Faults) {
	switch {
	case r.ResponseFormat.Type == FormatJSON && !c.JSONMode:
		f.add("response_format.type", "the model has no JSON mode; ask for JSON in the prompt or choose a model that has it")
	case r.ResponseFormat.Type == FormatJSONSchema && !c.JSONSchema:
		f.add("response_format.type", "the model can't hold its answer to a JSON Schema; use type json or choose a model that can")
	}
}

// lacks are the kinds of content that a model can't take and that have not been reported yet.
type lacks struct{ images, files, audio bool }

func (c Capabilities) checkContent(r *Request, f *Faults) {
	missing := lacks{images: !c.Vision, files: !c.PDF, audio: !c.Audio}
	if missing == (lacks{}) {
		return
	}
	for i := range r.Messages {
		for j, p := range r.Messages[i].Parts {
			result, ok := p.(ToolResult)
			if !ok {
				if kind := missing.take(p); kind != "" {
					f.add(fmt.Sprintf("messages[%d].parts[%d]", i, j), "%s", unwanted(kind))
				}
				continue
			}
			for k, p := range result.Parts {
				if kind := missing.take(p); kind != "" {
					f.add(fmt.Sprintf("messages[%d].parts[%d].parts[%d]", i, j, k), "%s", unwanted(kind))
				}
			}
		}
	}
}

// take names the kind of a part that is missing, once for each kind. Of files, it judges those that are plainly PDFs.
func (l *lacks) take(p Part) (kind string) {
	switch p := p.(type) {
	case ImagePart:
		return once(&l.images, "images")
	case FilePart:
		if p.isPDF() {
			return once(&l.files, "PDFs")
		}
	case AudioPart:
		return once(&l.audio, "audio")
	}
	return ""
}

func (p FilePart) isPDF() bool {
	if p.MediaType != "" {
		return p.MediaType == "application/pdf"
	}
	return bytes.HasPrefix(p.Data, []byte("%PDF")) || strings.HasSuffix(p.Name, ".pdf") || strings.HasSuffix(p.URL, ".pdf")
}

func once(missing *bool, kind string) string {
	if !*missing {
		return ""
	}
	*missing = false
	return kind
}

func unwanted(kind string) string {
	return "the model takes no " + kind + "; remove it or choose a model that does"
}
