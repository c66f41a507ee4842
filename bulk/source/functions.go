package source

import (
	"fmt"
	"strings"
	"text/template"
)

// functions reach nothing but their arguments.
var functions = template.FuncMap{
	"json":    asJSON,
	"trim":    func(v any) string { return strings.TrimSpace(fmt.Sprint(v)) },
	"upper":   func(v any) string { return strings.ToUpper(fmt.Sprint(v)) },
	"lower":   func(v any) string { return strings.ToLower(fmt.Sprint(v)) },
	"default": orElse,
	"index":   index,
}

func orElse(other, v any) any {
	if truth, _ := template.IsTrue(v); truth {
		return v
	}
	return other
}

// index stands for that of text/template, whose answer for a field that is missing would print as "<no value>".
func index(of any, keys ...any) (any, error) {
	for _, key := range keys {
		var err error
		if of, err = element(of, key); err != nil {
			return nil, err
		}
	}
	return of, nil
}

func element(of, key any) (any, error) {
	switch key := key.(type) {
	case string:
		if v, ok := of.(object); ok {
			return v.get(key), nil
		}
	case int:
		return at(of, int64(key))
	case int64:
		return at(of, key)
	}
	return nil, fmt.Errorf("index %v: objects have names and lists have numbers", key)
}

func at(of any, n int64) (any, error) {
	v, ok := of.(list)
	if !ok || n < 0 || n >= int64(len(v)) {
		return nil, fmt.Errorf("index %d: there is no such element", n)
	}
	return v[n], nil
}
