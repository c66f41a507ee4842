package wire_test

import (
	"io"
	"log"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
)

func TestRedact(t *testing.T) {
	const secret = "my+odd.key"
	for _, text := range []string{
		"Incorrect API key provided: " + secret + ".",
		"Incorrect API key provided: sk-proj-abc123DEF456ghi789.",
		"Incorrect API key provided: sk-abcd********wxyz.",
		"Authorization: Bearer eyJhbGciOi.JIUzI1.NiIsInR5",
		"proxy wants Basic dXNlcjpwYXNzd29yZA==",
		"GET https://host/v1?key=AIzaSyA1234567890abcdefghijklmn&alt=sse",
		"GET https://host/v1?alt=sse&api-key=0123456789abcdef",
		"keys gsk_0123456789abcdefg and xai-0123456789abcdefg",
	} {
		got := wire.Redact(text, secret)
		if !strings.Contains(got, wire.Redacted) {
			t.Errorf("%q was left as it is", text)
		}
		for _, part := range []string{secret, "abc123DEF", "wxyz", "eyJhbG", "dXNlcj", "AIzaSy", "0123456789abcdef"} {
			if strings.Contains(got, part) {
				t.Errorf("%q still shows %q", got, part)
			}
		}
	}
	for _, text := range []string{"", "rate limit of 60 requests", "model gpt-5-mini not found", "the basic plan", "I can't explain basic chemistry", "a bearer instrument", "a task-oriented sk"} {
		if got := wire.Redact(text, secret, ""); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }
