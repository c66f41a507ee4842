package jsontext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/seed63918563/llmgate/internal/jsontext"
)

// decode reads a whole document the way encoding/json does into an any, with numbers as json.Number.
func decode(b []byte) (any, error) {
	var r jsontext.Reader
	r.Reset(b)
	v := value(&r)
	return v, r.Close()
}

func value(r *jsontext.Reader) any {
	switch r.Kind() {
	case jsontext.Object:
		fields := map[string]any{}
		for key := range r.Fields() {
			name := string(key)
			fields[name] = value(r)
		}
		return fields
	case jsontext.Array:
		elements := []any{}
		r.Array()
		for r.More() {
			elements = append(elements, value(r))
		}
		return elements
	case jsontext.String:
		return r.String()
	case jsontext.Number:
		return json.Number(r.Raw())
	case jsontext.Bool:
		return r.Bool()
	}
	r.Skip()
	return nil
}

func reference(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

var documents = []string{
	`null`, `true`, `false`, `0`, `-0`, `12`, `-1.5e+3`, `1E5`, `""`, `"a"`, `"\n\t\"\\\/\b\f\r"`, `"é\u00e9"`,
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\ude00"`, "\"\xff\xc3\"", `"日本"`,
	`[]`, `{}`, `[1,2,[3,{"a":null}]]`, `{"a":{"b":[true,false,"x"]},"c":1.0}`, " \n\t{ \"a\" : [ 1 , 2 ] } \r\n",
	`{"a\u0062":1,"a":2,"a":3}`, `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]`,
}

var broken = []string{
	`"\x"`, `"\u12"`, `"\u12g4"`, `["\u"]`, `{"\u":1}`, `["a", "\\\q"]`,
	``, ` `, `{`, `[`, `"`, `"a`, `"\`, `"\"`, `"\\\"`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `[1,]`,
	`[,]`, `[1 2]`, `{"a" 1}`, `{a:1}`, `{"a":1 "b":2}`, `tru`, `nul`, `-`, `01`, `1.`, `1e`, `+1`, `.5`, `]`, `}`, `[}`, `{]`,
	`[1}`, `{"a":1]`, `1 2`, `{} x`, `NaN`, `'a'`,
}

func TestReaderAgreesWithEncodingJSON(t *testing.T) {
	for _, doc := range documents {
		want, err := reference([]byte(doc))
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		got, err := decode([]byte(doc))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, %v; want %#v", doc, got, err, want)
		}
	}
}

func TestReaderRejectsBrokenText(t *testing.T) {
	for _, doc := range broken {
		if v, err := decode([]byte(doc)); !errors.Is(err, jsontext.ErrSyntax) {
			t.Errorf("%q: got %#v, %v; want a syntax error", doc, v, err)
		}
		var r jsontext.Reader
		r.Reset([]byte(doc))
		r.Skip()
		if err := r.Close(); !errors.Is(err, jsontext.ErrSyntax) {
			t.Errorf("Skip of %q: %v; want a syntax error", doc, err)
		}
	}
}

func TestReaderTakesWrongTypesAsAbsent(t *testing.T) {
	doc := `{"s":1,"i":"12","b":"true","o":3,"a":{"x":[]},"n":3.0,"big":1e300,"text":"no number"}`
	var r jsontext.Reader
	r.Reset([]byte(doc))
	got := map[string]any{}
	for key := range r.Fields() {
		switch name := string(key); name {
		case "s":
			got[name] = r.String()
		case "i", "n", "big", "text":
			got[name] = r.Int()
		case "b":
			got[name] = r.Bool()
		case "o":
			got[name] = r.Object()
		case "a":
			got[name] = r.Array()
		}
	}
	want := map[string]any{
		"s": "", "i": int64(12), "b": false, "o": false, "a": false, "n": int64(3),
		"big": int64(math.MaxInt64), "text": int64(0),
	}
	if err := r.Close(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestFieldsOfNoObjectAreNone(t *testing.T) {
	var r jsontext.Reader
	r.Reset([]byte(`[[1,{"a":2}],{"b":3}]`))
	r.Array()
	var names []string
	for r.More() {
		for key := range r.Fields() {
			names = append(names, string(key))
			r.Skip()
		}
	}
	if err := r.Close(); err != nil || !slices.Equal(names, []string{"b"}) {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestReaderReadsValuesOneAfterTheOther(t *testing.T) {
	var r jsontext.Reader
	r.Reset([]byte("{\"a\":1}\n{\"a\":2} 3"))
	n := 0
	for r.Next() {
		r.Skip()
		n++
	}
	if n != 3 || r.Err() != nil {
		t.Errorf("read %d values, %v; want 3", n, r.Err())
	}
}

func TestReaderLetsControlCharactersThrough(t *testing.T) {
	got, err := decode([]byte("\"a\nb\tc\""))
	if err != nil || got != "a\nb\tc" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAppendStringRoundTrips(t *testing.T) {
	for _, s := range []string{"", "plain", "é日本😀", "a\"b\\c/d\n\r\t\b\f\x00\x1f", "\xff\xfe", "a\xc3", "\u2028<>&", "\xed\xa0\x80"} {
		got := jsontext.AppendString(nil, s)
		var back string
		if err := json.Unmarshal(got, &back); err != nil || back != string([]rune(s)) {
			t.Errorf("%q became %s, read back as %q, %v", s, got, back, err)
		}
		if b := jsontext.AppendString(nil, []byte(s)); !bytes.Equal(b, got) {
			t.Errorf("%q as bytes became %s", s, b)
		}
	}
}

func TestAppendFloat(t *testing.T) {
	for _, f := range []float64{0, 1, -1, 0.1, 0.7, 1e-7, 1e21, 123456789.125, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		want, _ := json.Marshal(f)
		back, err := strconv.ParseFloat(string(jsontext.AppendFloat(nil, f)), 64)
		if err != nil || back != f {
			t.Errorf("%v became %s, want %s", f, jsontext.AppendFloat(nil, f), want)
		}
	}
	if got := string(jsontext.AppendFloat(nil, math.NaN())); got != "null" {
		t.Errorf("NaN became %s", got)
	}
}

func TestAppendDataURL(t *testing.T) {
	if got := string(jsontext.AppendDataURL(nil, "image/png", []byte("hi?"))); got != `"data:image/png;base64,aGk/"` {
		t.Errorf("got %s", got)
	}
}

func FuzzReader(f *testing.F) {
	for _, doc := range slices.Concat(documents, broken) {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decode(b)
		var r jsontext.Reader
		r.Reset(b)
		r.Skip()
		if skipErr := r.Close(); (skipErr == nil) != (err == nil) {
			t.Fatalf("Skip says %v, reading says %v", skipErr, err)
		}
		if !json.Valid(b) {
			return
		}
		want, _ := reference(b)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %#v, %v; want %#v", got, err, want)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"\\\n\x00é\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal(jsontext.AppendString(nil, s), &back); err != nil || back != string([]rune(s)) {
			t.Fatalf("%q came back as %q, %v", s, back, err)
		}
	})
}
