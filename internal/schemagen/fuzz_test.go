package schemagen

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

// patience is far above what the budget of one call allows on a slow machine.
const patience = 10 * time.Second

func FuzzGenerate(f *testing.F) {
	for _, schema := range realistic(f) {
		f.Add(schema, uint64(1))
	}
	for _, groups := range []map[string][]string{satisfiable, satisfiableParts} {
		for _, schemas := range groups {
			for _, schema := range schemas {
				f.Add([]byte(schema), uint64(2))
			}
		}
	}
	f.Fuzz(func(t *testing.T, schema []byte, seed uint64) {
		start := time.Now()
		answer, err := Generate(schema, rand.New(rand.NewPCG(seed, seed)))
		if took := time.Since(start); took > patience {
			t.Fatalf("took %v for %s", took, schema)
		}
		if err != nil {
			return
		}
		if !json.Valid(answer) {
			t.Fatalf("answer is not JSON: %s", answer)
		}
		if !judgeable(schema) {
			return
		}
		if judge, err := oracle(schema); err == nil {
			requireAccepted(t, judge, schema, answer)
		}
	})
}
