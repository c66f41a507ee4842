// Package schemagen makes up a JSON value that is valid under a JSON Schema, as a model does that is held to one. It is
// for simulated answers and tests. It is not a fuzzer: values are plain and plausible, every property is filled in, and
// the same random source gives the same value.
package schemagen

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/google/jsonschema-go/jsonschema"
)

// candidates is how many values are tried. A value is built to fit the keywords that say how; those that only forbid
// ("not", "oneOf", "if", overlapping patterns) are met by trying again.
const candidates = 40

// Generate returns a value in compact JSON. Properties come in the order of the schema. It fails on what is no schema,
// and where no valid value was found: because there is none, or because the schema is beyond its means.
func Generate(schema []byte, rng *rand.Rand) ([]byte, error) {
	d, err := load(schema)
	if err != nil {
		return nil, err
	}
	judge, err := d.root.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("not a JSON Schema: %w", err)
	}
	for range candidates {
		g := generator{document: d, rng: rng}
		var out []byte
		if out, err = g.value(nil, d.root, place{}); errors.Is(err, errTooLarge) {
			break
		} else if err != nil {
			continue
		}
		if err = judgeJSON(judge, out); err == nil {
			return out, nil
		}
	}
	return nil, fmt.Errorf("found no value for the schema: %w", err)
}

func judgeJSON(judge *jsonschema.Resolved, text []byte) error {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	return judge.Validate(v)
}

var (
	// errEndless ends the descent into a schema that refers to itself.
	errEndless = errors.New("the schema refers to itself without end")
	// errTooLarge ends the work on a schema that demands a huge value.
	errTooLarge = errors.New("the schema demands too large a value")
	errNever    = errors.New("the schema allows no value")
)
