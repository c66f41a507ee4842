package schemagen

import "testing"

func mustDecode(t *testing.T, document string) *value {
	t.Helper()
	v, err := decode([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func readings() (exact, float reading) {
	b := &budget{left: wholeBudget}
	return reading{exact: true, budget: b}, reading{budget: b}
}

func TestReadingsDisagree(t *testing.T) {
	tests := []struct {
		schema, instance string
		exact, float     bool
	}{
		{`{"multipleOf":0.1}`, `0.3`, true, false},
		{`{"multipleOf":0.1}`, `0.5`, true, true},
		{`{"exclusiveMinimum":9007199254740992}`, `9007199254740993`, true, false},
		{`{"type":"integer"}`, `1.00000000000000000001`, false, true},
		{`{"uniqueItems":true}`, `[9007199254740992,9007199254740993]`, true, false},
		{`{"format":"date"}`, `"someday"`, false, true},
	}
	exact, float := readings()
	for _, test := range tests {
		graph, err := compile(mustDecode(t, test.schema))
		if err != nil {
			t.Fatal(err)
		}
		v := mustDecode(t, test.instance)
		if got := exact.accepts(graph.root, v); got != test.exact {
			t.Errorf("%s on %s: exactly %v", test.schema, test.instance, got)
		}
		if got := float.accepts(graph.root, v); got != test.float {
			t.Errorf("%s on %s: in floats %v", test.schema, test.instance, got)
		}
	}
}

// What both readings accept is safe; 0.3 is not a multiple of 0.1 to many.
func TestAnswersSuitBothReadings(t *testing.T) {
	for seed := range uint64(200) {
		answer := generate(t, `{"type":"number","multipleOf":0.1,"minimum":0.2,"maximum":0.4}`, seed)
		if string(answer) == "0.3" {
			t.Fatal("0.3 is not a multiple of 0.1 in floats")
		}
	}
}

func TestEquality(t *testing.T) {
	tests := []struct {
		a, b  string
		equal bool
	}{
		{`1`, `1.0`, true}, {`1`, `1e0`, true}, {`0`, `-0`, true}, {`0e999999999`, `0`, true}, {`1`, `"1"`, false},
		{`{"a":1,"b":[2]}`, `{"b":[2.0],"a":1}`, true}, {`{"a":1}`, `{"a":1,"b":null}`, false}, {`{"a":1}`, `{"b":1}`, false},
		{`[1,2]`, `[2,1]`, false}, {`[1]`, `[1,1]`, false}, {`null`, `false`, false}, {`true`, `true`, true}, {`"1,2"`, `["1","2"]`, false},
	}
	exact, float := readings()
	for _, test := range tests {
		a, b := mustDecode(t, test.a), mustDecode(t, test.b)
		for _, r := range []reading{exact, float} {
			if got := r.equal(a, b); got != test.equal {
				t.Errorf("%s and %s: equal is %v", test.a, test.b, got)
			}
			if got := !r.distinct([]*value{a, b}); got != test.equal {
				t.Errorf("%s and %s: the same spelling is %v", test.a, test.b, got)
			}
		}
	}
}
