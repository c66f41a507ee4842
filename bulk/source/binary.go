package source

import (
	"bytes"
	"strings"
)

// signatures are the beginnings of files that are taken for prompts by mistake.
var signatures = []struct{ begin, is string }{
	{"%PDF-", "a PDF document"},
	{"PK\x03\x04", "a ZIP archive, such as an Office document"},
	{"\xd0\xcf\x11\xe0", "an old Office document"},
	{"\x89PNG", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"PAR1", "a Parquet file"},
	{"ARROW1", "an Arrow file"},
	{"SQLite format 3", "an SQLite database"},
	{"\x7fELF", "a program"},
	{"\xfd7zXZ", "xz data; decompress it first"},
	{"7z\xbc\xaf", "a 7z archive; unpack it first"},
	{"\x04\x22\x4d\x18", "lz4 data; decompress it first"},
	{"\x1f\x8b", "gzip data compressed once more; decompress it first"},
	{"\x28\xb5\x2f\xfd", "zstd data compressed once more; decompress it first"},
}

// unreadable says what a file looks like that is not text.
func unreadable(head []byte) string {
	const unicode = "looks like UTF-16; convert it, such as with iconv -f UTF-16 -t UTF-8"
	begins := func(s string) bool { return strings.HasPrefix(string(head[:min(len(head), 16)]), s) }
	switch {
	case begins("\xff\xfe"), begins("\xfe\xff"):
		return unicode
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0,
		len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return unicode
	}
	for _, s := range signatures {
		if begins(s.begin) {
			return "not text; it looks like " + s.is
		}
	}
	if begins("BZh") && len(head) > 10 && string(head[4:10]) == "1AY&SY" {
		return "not text; it looks like bzip2 data; decompress it first"
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "not text; it looks like binary data, for there is a zero byte in it"
	}
	return ""
}
