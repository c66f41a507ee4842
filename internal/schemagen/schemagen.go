// Package schemagen writes a JSON value that is valid under a JSON Schema.
//
// It understands JSON Schema 2020-12 together with the draft-07, draft-04 and
// OpenAPI spellings that callers of language models really send. The value
// looks like what a model would answer: every property is filled in, keys come
// in the order of the schema, strings are readable words that follow the
// property's name. The same schema and the same random state give the same
// bytes.
//
// Use it where something has to play the model: a provider simulator that
// answers structured-output requests and tool calls, or a test that needs an
// instance of a schema.
//
// Do not use it to validate (its checker serves its own search only), to
// produce adversarial input (values are plausible, not extreme), or to resolve
// references that leave the document.
package schemagen

import (
	"errors"
	"math/rand/v2"
)

// Generate returns compact JSON that is valid under schema. It fails when
// schema is not JSON, cannot be satisfied, or uses something that cannot be
// honoured; the error then names the place as a JSON pointer, and the keyword.
func Generate(schema []byte, rng *rand.Rand) ([]byte, error) {
	if rng == nil {
		return nil, errors.New("schemagen: no random source: pass rand.New with a seeded source")
	}
	document, err := decode(schema)
	if err != nil {
		return nil, err
	}
	compiled, err := compile(document)
	if err != nil {
		return nil, err
	}
	if err := studyRecursion(compiled); err != nil {
		return nil, err
	}
	answer, err := newGenerator(rng).answer(compiled.root)
	if err != nil {
		return nil, err
	}
	return encode(answer), nil
}
