package schemagen

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPatterns(t *testing.T) {
	patterns := []string{
		`^[A-Z]{3}-\\d{4}$`, `^\\d+$`, `ab`, `^(foo|bar)+$`, `^a?b*c+$`, `^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$`, `^$`, `.`, `\\d$`, `^x`,
		`^(?:[01]\\d|2[0-3]):[0-5]\\d$`, `^#[0-9a-fA-F]{6}$`, `^\\+?[1-9]\\d{1,14}$`, `^(\\([0-9]{3}\\))?[0-9]{3}-[0-9]{4}$`,
		`^\\p{Lu}\\p{Ll}+$`, `^[\\u4e00-\\u9fa5]+$`, `(?i)^yes|no$`, `^\\w+\\s\\w+$`, `\\bword\\b`, `^[\\w.-]+/[\\w.-]+$`, `^(a{2}){3}$`,
		`^[ -~]*$`, `^[\\x00-\\x1f]$`, `^\\S+$`, `^\\D\\W$`, `^v(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$`, `^(?<year>\\d{4})$`,
	}
	for _, pattern := range patterns {
		t.Run(pattern, func(t *testing.T) {
			schema := `{"type":"string","pattern":"` + pattern + `"}`
			for seed := range uint64(seeds) {
				answer := generate(t, schema, seed)
				if judge, err := oracle([]byte(schema)); err == nil {
					requireAccepted(t, judge, []byte(schema), answer)
				}
			}
		})
	}
}

func TestPatternsWithLengths(t *testing.T) {
	tests := []string{
		`{"pattern":"^[a-z]+$","minLength":40,"maxLength":40}`, `{"pattern":"^[a-z]*$","maxLength":0}`,
		`{"pattern":"^(ab)+$","minLength":9,"maxLength":10}`, `{"pattern":"ab","minLength":25}`, `{"pattern":"z$","minLength":25}`,
		`{"pattern":"^a","minLength":25,"maxLength":26}`, `{"pattern":"^(\\d{2}|[a-z]{7})$","minLength":5}`,
		`{"pattern":"^[a-z]+(-[a-z]+)*$","minLength":12,"maxLength":14}`, `{"pattern":"^.*$","minLength":300}`,
		`{"pattern":"^(a|bb|ccc)*$","minLength":17,"maxLength":17}`, `{"pattern":"^[à-ü]+$","minLength":6,"maxLength":6}`,
		`{"pattern":"^([a-z]{3}\\d?){2,}$","minLength":20,"maxLength":21}`,
		`{"allOf":[{"pattern":"^[a-z0-9]+$"},{"pattern":"[0-9]"},{"pattern":"^[a-f]"}],"minLength":4}`,
	}
	for _, schema := range tests {
		t.Run(schema, func(t *testing.T) {
			for seed := range uint64(seeds) {
				requireValid(t, []byte(schema), generate(t, schema, seed))
			}
		})
	}
}

func TestLeadingLookaheads(t *testing.T) {
	const lower, upper, digits, special = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "@$!%*?&"
	password := func(s string) bool {
		return strings.ContainsAny(s, lower) && strings.ContainsAny(s, upper) && strings.ContainsAny(s, digits) &&
			strings.ContainsAny(s, special) && len(s) >= 8
	}
	tests := []struct {
		pattern string
		accepts func(string) bool
	}{
		{`^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)(?=.*[@$!%*?&])[A-Za-z\\d@$!%*?&]{8,}$`, password},
		{`^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)(?=.*[@$!%*?&]).{8,}$`, password},
		{`^(?!.*--)[a-z-]{5}$`, func(s string) bool { return len(s) == 5 && !strings.Contains(s, "--") }},
		{`^(?!admin$)(?!root)[a-z]+$`, func(s string) bool { return s != "admin" && !strings.HasPrefix(s, "root") }},
		{`^(?![)\\]])x$`, func(s string) bool { return s == "x" }},
		{`^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$`, func(s string) bool { return strings.Trim(s, "+-.") != "" }},
		{`^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$`,
			func(s string) bool { return s[0] != '.' && !strings.Contains(s, "..") && strings.Contains(s, "@") }},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			for seed := range uint64(seeds) {
				text := generatedText(t, `{"type":"string","pattern":"`+test.pattern+`"}`, seed)
				if !test.accepts(text) {
					t.Fatalf("got %q", text)
				}
			}
		})
	}
}

func TestPatternsNotUnderstood(t *testing.T) {
	for _, pattern := range []string{`(a)\\1`, `(?<=a)b`, `^(?=a)b|c$`, `a(?=b)`, `^(?=a`, `[`, `^(?!(?=x))y`} {
		schema := `{"type":"string","pattern":"` + pattern + `"`
		requireFailure(t, schema+`}`, "#", "pattern")
		for _, source := range []string{`"enum":["b"]`, `"const":"b"`, `"examples":["b"]`, `"default":"b"`} {
			if got := generatedText(t, schema+`,`+source+`}`, 1); got != "b" {
				t.Errorf("%s with %s: got %q", pattern, source, got)
			}
		}
	}
}

func TestPlainTextHasTheLength(t *testing.T) {
	t.Parallel()
	for length := range 60 {
		for _, name := range []string{"description", "plain", "city"} {
			schema := fmt.Sprintf(`{"properties":{%q:{"type":"string","minLength":%d,"maxLength":%d}}}`, name, length, length+2)
			for seed := range uint64(5) {
				answer, err := decode(generate(t, schema, seed))
				if err != nil {
					t.Fatal(err)
				}
				got := utf8.RuneCountInString(answer.index[name].text)
				if got < length || got > length+2 {
					t.Fatalf("%s: length %d", schema, got)
				}
			}
		}
	}
}
