package schemagen

import "fmt"

// failure says which keyword of which subschema stands in the way.
type failure struct {
	at      string
	keyword string
	problem string
}

func (f *failure) Error() string {
	if f.keyword == "" {
		return fmt.Sprintf("schemagen: %s: %s", f.at, f.problem)
	}
	return fmt.Sprintf("schemagen: %s: %s: %s", f.at, f.keyword, f.problem)
}

func fail(at, keyword, format string, args ...any) error {
	return &failure{at: at, keyword: keyword, problem: fmt.Sprintf(format, args...)}
}
