package dialect

import (
	"encoding/base64"
	"strings"
)

// CutDataURL takes a base64 data URL apart.
func CutDataURL(s string) (mediaType string, data []byte, ok bool) {
	rest, ok := strings.CutPrefix(s, "data:")
	if !ok {
		return "", nil, false
	}
	head, encoded, ok := strings.Cut(rest, ",")
	mediaType, isBase64 := strings.CutSuffix(head, ";base64")
	if !ok || !isBase64 {
		return "", nil, false
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	return mediaType, data, err == nil
}
