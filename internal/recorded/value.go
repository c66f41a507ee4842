package recorded

import (
	"encoding/json"
	"testing"
)

// Object is a JSON object as encoding/json reads it, so that what the clients make of a recording is held to another's reading.
type Object = map[string]any

// Parse reads an object.
func Parse[T string | []byte | Body | json.RawMessage](t testing.TB, text T) (o Object) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return o
}

// List, Text and Number find a value in objects within objects, and give nothing where it is missing or of another type.
func List(v any, path ...string) []any {
	l, _ := find(v, path).([]any)
	return l
}

// Text finds a string.
func Text(v any, path ...string) string {
	s, _ := find(v, path).(string)
	return s
}

// Number finds a count.
func Number(v any, path ...string) int {
	f, _ := find(v, path).(float64)
	return int(f)
}

func find(v any, path []string) any {
	for _, name := range path {
		o, _ := v.(Object)
		v = o[name]
	}
	return v
}
