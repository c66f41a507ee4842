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
	`|\b(bearer|basic)\s+[A-Za-z0-9._~+/=*\-]{8,}` +
	`|[?&](api[-_]?key|key|access_token|token|sig)=[^&\s"']+`)

// Redact removes the given secrets from a text, and whatever looks like a credential.
func Redact(text string, secrets ...string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, Redacted)
		}
	}
	return secretShapes.ReplaceAllStringFunc(text, hide)
}

// hide replaces what looks like a credential, keeping the name of a URL's parameter and sparing prose such as "basic
// chemistry".
func hide(match string) string {
	if match[0] == '?' || match[0] == '&' {
		return match[:strings.IndexByte(match, '=')+1] + Redacted
	}
	_, token, scheme := strings.Cut(match, " ")
	if scheme && len(token) < 16 && !strings.ContainsAny(token, "0123456789") {
		return match
	}
	return Redacted
}
