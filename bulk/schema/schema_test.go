package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk/schema"
	"github.com/seed63918563/llmgate/request"
)

const person = `{"title":"Person, found","description":"who","type":"object","required":["name","age"],"additionalProperties":false,
	"properties":{"name":{"type":"string","minLength":1},"age":{"type":"integer","minimum":0}}}`

func compile(t *testing.T, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Compile([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCompileFaults(t *testing.T) {
	for text, want := range map[string]string{
		``:                                 "must be an object",
		`[]`:                               "must be an object",
		`{`:                                "not a JSON Schema",
		`{"type":1}`:                       "not a JSON Schema",
		`{"pattern":"(?=a)"}`:              "pattern",
		`{"$ref":"https://example.com/a"}`: "https://example.com/a",
		`{"$schema":"http://json-schema.org/draft-04/schema#"}`: "draft",
	} {
		if _, err := schema.Compile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, which should say %q", text, err, want)
		}
	}
}

func TestValidate(t *testing.T) {
	s := compile(t, person)
	for answer, want := range map[string]string{
		`{"name":"Ada","age":36}`:                         "",
		" \n{\"name\":\"Ada\",\"age\":36}\n":              "",
		"```json\n{\"name\":\"Ada\",\"age\":36}\n```":     "",
		"```\n{\"name\":\"Ada\",\"age\":36}\n```\n":       "",
		"```JSON\r\n{\"name\":\"Ada\",\"age\":36}\r\n```": "",
		`{"name":"Ada"}`:                                  "age",
		`{"name":"Ada","age":"36"}`:                       "/properties/age",
		`{"name":"Ada","age":-1}`:                         "minimum",
		`{"name":"Ada","age":36,"x":1}`:                   "x",
		`{"name":"Ada","age":36} as asked`:                "one JSON value",
		`Here it is: {"name":"Ada","age":36}`:             "one JSON value",
		`{"name":"Ada","age":36}{}`:                       "one JSON value",
		`{"name":"Ada","age":3`:                           "one JSON value",
		"```json\n{\"name\":\"Ada\",\"age\":36}":          "one JSON value",
		"":                                                "empty",
		"``````":                                          "empty",
	} {
		err := s.Validate(answer)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, which should say %q", answer, err, want)
		}
	}
}

func TestValue(t *testing.T) {
	got, err := compile(t, person).Value("```json\n{\"name\":\"Ada\",\"age\":36}\n```")
	if err != nil || string(got) != `{"name":"Ada","age":36}` {
		t.Errorf("value %s, error %v", got, err)
	}
}

func TestRequest(t *testing.T) {
	base := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "who?"}}}
	base.ResponseFormat.Strict = true
	got := compile(t, person).Request(base)
	want := request.ResponseFormat{
		Type: request.FormatJSONSchema, Name: "Person__found", Description: "who", Schema: json.RawMessage(person), Strict: true,
	}
	if diff := cmp.Diff(want, got.ResponseFormat); diff != "" {
		t.Error(diff)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	if base.ResponseFormat.Type != "" {
		t.Error("the request given was changed")
	}
	long := compile(t, `{"title":"`+strings.Repeat("é", 100)+`"}`).Request(base)
	if err := long.Validate(); err != nil {
		t.Error(err)
	}
}

func FuzzValidate(f *testing.F) {
	s, err := schema.Compile([]byte(person))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{`{"name":"Ada","age":36}`, "```json\n{}\n```", "```", "null", `{"a":1e999}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		value, err := s.Value(answer)
		if err == nil && (!json.Valid(value) || s.Validate(string(value)) != nil) {
			t.Errorf("%q was taken, its value %s is not", answer, value)
		}
	})
}
