package wire

import (
	"regexp"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// secretShapes are the forms in which credentials appear in messages: the key prefixes of the vendors, bearer and basic
// tokens, and key parameters of URLs.
var secretShapes = regexp.MustCompile(`(?i)\b(sk|pk|rk|gsk|xai|csk|pplx|hf|nvapi|fw|r8)[-_][A-Za-z0-9_*.\-]{6,}` +
	`|\bAIza[A-Za-z0-9_\-]{20,}` +
	`|\b(bearer|basic)\s+[A-Za-z0-9._~+/=*\-]{6,}` +
	`|([?&](api[-_]?key|key|access_token|token|sig)=)[^&\s"']+`)

// Redact removes the given secrets from a text, and whatever looks like a credential.
func Redact(text string, secrets ...string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, Redacted)
		}
	}
	return secretShapes.ReplaceAllString(text, "${3}"+Redacted)
}
