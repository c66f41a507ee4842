package source

import (
	"cmp"
	"errors"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// prefixed takes the faults out of an error and puts a prefix before their fields.
func prefixed(prefix string, err error) request.Faults {
	found, ok := errors.AsType[request.Faults](err)
	if !ok && err != nil {
		return request.Faults{{Field: strings.TrimSuffix(prefix, "."), Problem: err.Error()}}
	}
	for i := range found {
		if found[i].Field == "body" { // what the parsers call the text as a whole
			found[i].Field = cmp.Or(strings.TrimSuffix(prefix, "."), "line")
			continue
		}
		found[i].Field = prefix + found[i].Field
	}
	return found
}

// asError keeps a list without faults from being an error.
func asError(f request.Faults) error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// fault is a list of one.
func fault(field, problem string) request.Faults {
	return request.Faults{{Field: field, Problem: problem}}
}
