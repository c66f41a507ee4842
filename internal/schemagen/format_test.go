package schemagen

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"testing"
	"time"
)

func parses(layout string) func(string) error {
	return func(s string) error {
		_, err := time.Parse(layout, s)
		return err
	}
}

func shaped(form string) func(string) error {
	re := regexp.MustCompile(form)
	return func(s string) error {
		if !re.MatchString(s) {
			return fmt.Errorf("does not look like %s", form)
		}
		return nil
	}
}

func TestFormats(t *testing.T) {
	tests := map[string]func(string) error{
		"date":                  parses(time.DateOnly),
		"time":                  parses("15:04:05Z07:00"),
		"date-time":             parses(time.RFC3339),
		"duration":              shaped(`^P(\d+[WD])?(T\d+[HM])?$`),
		"email":                 func(s string) error { _, err := mail.ParseAddress(s); return err },
		"hostname":              shaped(`^[a-z]+(\.[a-z]+)+$`),
		"ipv4":                  func(s string) error { _, err := netip.ParseAddr(s); return err },
		"ipv6":                  func(s string) error { _, err := netip.ParseAddr(s); return err },
		"uri":                   func(s string) error { _, err := url.ParseRequestURI(s); return err },
		"uri-reference":         func(s string) error { _, err := url.Parse(s); return err },
		"uri-template":          shaped(`\{id\}$`),
		"uuid":                  shaped(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
		"json-pointer":          shaped(`^(/[a-z]+)+$`),
		"relative-json-pointer": shaped(`^\d(/[a-z]+)+$`),
		"regex":                 func(s string) error { _, err := regexp.Compile(s); return err },
		"byte":                  shaped(`^[A-Za-z0-9+/]+=*$`),
		"made-up":               shaped(`.`),
	}
	for name, check := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(seeds) {
				text := generatedText(t, fmt.Sprintf(`{"type":"string","format":%q}`, name), seed)
				if err := check(text); err != nil {
					t.Fatalf("%q: %v", text, err)
				}
			}
		})
	}
}

func generatedText(t *testing.T, schema string, seed uint64) string {
	t.Helper()
	var text string
	if err := json.Unmarshal(generate(t, schema, seed), &text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFormatsRefuse(t *testing.T) {
	tests := map[string][]string{
		"date":                  {"2024-02-30", "24-01-01", "2024-1-1", ""},
		"time":                  {"25:00:00Z", "10:00:00", "10:00Z"},
		"date-time":             {"2024-01-01", "2024-01-01 10:00:00Z", "2024-13-01T10:00:00Z"},
		"duration":              {"P", "PT", "P1DT", "1D", "P1H"},
		"email":                 {"nobody", "a@", "A <a@b.c>", "a b@c.d"},
		"hostname":              {"-a.b", "a..b", "a_b", ""},
		"ipv4":                  {"1.2.3", "1.2.3.256", "::1"},
		"ipv6":                  {"1.2.3.4", "fe80::1%eth0", ":::"},
		"uri":                   {"/path", "no scheme", "http://a b"},
		"uri-reference":         {"a b", "%zz"},
		"uri-template":          {"/{", "/{a b}"},
		"uuid":                  {"123", "g2345678-1234-1234-1234-123456789012"},
		"json-pointer":          {"a", "/~2"},
		"relative-json-pointer": {"/a", "01"},
		"regex":                 {"(", "[z-a]"},
		"byte":                  {"?", "a"},
	}
	for name, texts := range tests {
		for _, text := range texts {
			if formatAccepts(name, text) {
				t.Errorf("%s accepts %q", name, text)
			}
		}
	}
}

func TestFormatWithOtherKeywords(t *testing.T) {
	tests := map[string]func(string) bool{
		`{"type":"string","format":"date","pattern":"^2027-"}`:             func(s string) bool { return isDate(s) && s[:4] == "2027" },
		`{"type":"string","format":"uri","maxLength":26}`:                  func(s string) bool { return isURI(s) && len(s) <= 26 },
		`{"type":"string","format":"email","pattern":"^[a-z]+@[a-z.]+$"}`:  isEmail,
		`{"type":"string","format":"ipv4","not":{"const":"192.0.2.7"}}`:    isIPv4,
		`{"type":["string","null"],"format":"uuid","not":{"type":"null"}}`: isUUID,
		`{"type":"string","format":"date-time","examples":["yesterday"]}`:  isDateTime,
		`{"type":"string","allOf":[{"format":"hostname"}],"maxLength":17}`: func(s string) bool { return isHostname(s) && len(s) <= 17 },
	}
	for schema, check := range tests {
		for seed := range uint64(seeds) {
			if text := generatedText(t, schema, seed); !check(text) {
				t.Fatalf("%s: got %q", schema, text)
			}
		}
	}
}
