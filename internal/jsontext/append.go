package jsontext

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD. Separators of lines are escaped, U+2028 and U+2029,
// too, for there are readers of lines that end one there.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	dst = AppendEscaped(dst, s)
	return append(dst, '"')
}

// AppendEscaped appends s as it stands inside a JSON string, without the quotes.
func AppendEscaped[T string | []byte](dst []byte, s T) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		n := runeLen(s[i:])
		if n == 0 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\ufffd"...)
			i++
			start = i
			continue
		}
		if n == 3 && s[i] == 0xe2 && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8 { // U+2028 or U+2029
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\u202`...)
			dst = append(dst, hexDigits[s[i+2]&15])
			start = i + n
		}
		i += n
	}
	return append(dst, s[start:]...)
}

// runeLen is the size of the first character, 0 if it is not valid UTF-8.
func runeLen[T string | []byte](s T) int {
	var head [utf8.UTFMax]byte
	r, n := utf8.DecodeRune(head[:copy(head[:], s)])
	if r == utf8.RuneError && n <= 1 {
		return 0
	}
	return n
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// AppendFloat appends a number in its shortest form. NaN and infinities, which JSON can't say, become null.
func AppendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f, format, -1, 64)
}

// AppendDataURL appends a JSON string that holds data as a base64 data URL.
func AppendDataURL(dst []byte, mediaType string, data []byte) []byte {
	dst = append(dst, `"data:`...)
	dst = AppendEscaped(dst, mediaType)
	dst = append(dst, ";base64,"...)
	dst = base64.StdEncoding.AppendEncode(dst, data)
	return append(dst, '"')
}
