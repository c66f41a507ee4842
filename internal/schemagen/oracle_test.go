package schemagen

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// oracle compiles a schema with an independent validator.
func oracle(schema []byte) (*jsonschema.Resolved, error) {
	var s jsonschema.Schema
	if err := json.Unmarshal(schema, &s); err != nil {
		return nil, err
	}
	return s.Resolve(nil)
}

// failer is what testing and rapid have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// requireValid fails the test unless answer is valid under schema.
func requireValid(t failer, schema, answer []byte) {
	t.Helper()
	judge, err := oracle(schema)
	if err != nil {
		t.Fatalf("the oracle cannot compile the schema: %v\n%s", err, schema)
	}
	requireAccepted(t, judge, schema, answer)
}

func requireAccepted(t failer, judge *jsonschema.Resolved, schema, answer []byte) {
	t.Helper()
	var instance any
	if err := json.Unmarshal(answer, &instance); err != nil {
		t.Fatalf("answer is not JSON: %v\nschema %s\nanswer %s", err, schema, answer)
	}
	if err := judge.Validate(instance); err != nil {
		t.Fatalf("answer is not valid: %v\nschema %s\nanswer %s", err, schema, answer)
	}
}

// judgeable tells whether the oracle reads a schema as it was written. It
// folds the case of keywords, and it does not know the older spellings unless
// the schema declares draft-07.
func judgeable(schema []byte) bool {
	var document any
	if err := json.Unmarshal(schema, &document); err != nil {
		return false
	}
	root, isObject := document.(map[string]any)
	if !isObject {
		return true
	}
	declared, present := root["$schema"]
	if present && declared != "https://json-schema.org/draft/2020-12/schema" {
		return false
	}
	return plainKeys(document)
}

func plainKeys(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if !plainKeys(item) {
				return false
			}
		}
	case map[string]any:
		for key, child := range v {
			if oldSpelling(key, child) || !exactKeyword(key) || !plainKeys(child) {
				return false
			}
		}
	}
	return true
}

func oldSpelling(key string, child any) bool {
	switch key {
	case "nullable", "dependencies", "additionalItems":
		return true
	case "items":
		_, isList := child.([]any)
		return isList
	}
	return false
}

// exactKeyword refuses what the oracle takes for a keyword and others do not.
func exactKeyword(key string) bool {
	exact := true
	for keyword := range oracleKeywords {
		if key == keyword {
			return true
		}
		exact = exact && !strings.EqualFold(key, keyword)
	}
	return exact
}

var oracleKeywords = collectKeywords()

func collectKeywords() map[string]bool {
	keywords := map[string]bool{"type": true, "items": true, "dependencies": true}
	fields := reflect.TypeFor[jsonschema.Schema]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		keywords[name] = true
	}
	return keywords
}
