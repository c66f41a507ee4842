package source

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Format is the way a file is written.
type Format string

// The formats. Those of JSON come as one object on each line, or as one list, [{…}, {…}], which is read element by element.
const (
	// FormatJSONL is a JSON object on each line: "prompt" or "messages", and optionally "id", "system" and any parameter of Chat
	// Completions; or an object of one of the next four formats, which its fields tell; or a line of a file of failures, whose item is taken. With Config.Prompt it is a row of any
	// fields.
	FormatJSONL Format = "jsonl"
	// FormatJSON is the same in a list.
	FormatJSON Format = "json"
	// FormatBatch is an input file of OpenAI's Batch API: custom_id, method, url and body, which is of Chat Completions or
	// Responses by the url.
	FormatBatch Format = "batch"
	// FormatAnthropic is requests to Anthropic's Message Batches, custom_id and params, also as the body of a call,
	// {"requests": […]}, whose first field that is.
	FormatAnthropic Format = "anthropic"
	// FormatGemini is an input file of Gemini's batch mode: key, which may be missing, and request.
	FormatGemini Format = "gemini"
	// FormatShareGPT is conversations, a list of turns with from and value, which are taken up to the last one from human, and
	// optionally id and system. Other fields describe the data and are left out.
	FormatShareGPT Format = "sharegpt"
	// FormatCSV is a table with the names of its columns in the first row, as in RFC 4180; FormatTSV is one with tabs instead of
	// commas. Without Config.Prompt, what is not in the columns id, prompt and system is left out.
	FormatCSV Format = "csv"
	FormatTSV Format = "tsv"
	// FormatText is a prompt on each line.
	FormatText Format = "text"
)

var formats = []Format{
	FormatJSONL, FormatJSON, FormatBatch, FormatAnthropic, FormatGemini, FormatShareGPT, FormatCSV, FormatTSV, FormatText,
}

// wholeRequests are the formats whose items leave nothing for a prompt to do.
var wholeRequests = []Format{FormatBatch, FormatAnthropic, FormatGemini, FormatShareGPT}

// problem is what is wrong with a choice of format.
func (f Format) problem(prompt bool) string {
	switch {
	case f != "" && !slices.Contains(formats, f):
		return fmt.Sprintf("%q is unknown; use one of %q", f, formats)
	case prompt && slices.Contains(wholeRequests, f):
		return fmt.Sprintf("%s brings whole requests; leave out Prompt, or use jsonl to take it for rows", f)
	}
	return ""
}

var (
	beginsObject = regexp.MustCompile(`^\s*\{\s*["}]`)
	beginsList   = regexp.MustCompile(`^\s*\[\s*[{\]]`)
	beginsBatch  = regexp.MustCompile(`^\s*\{\s*"requests"\s*:\s*\[`)
)

// isList tells a file that is one list from one of lines.
func isList(head []byte) bool { return beginsList.Match(head) || beginsBatch.Match(head) }

// detect tells the format by the extension and the first bytes. Where the two disagree, or say nothing, it does not guess: a
// wrong guess is paid for.
func detect(name string, head []byte) (Format, error) {
	byName := extension(name)
	json := beginsObject.Match(head) || beginsList.Match(head)
	switch {
	case byName == "" && !json && len(head) > 0:
		return "", errors.New("neither its name nor its beginning tells the format; set Format, such as to text")
	case json && !slices.Contains([]Format{"", FormatJSON, FormatJSONL}, byName):
		return "", fmt.Errorf("named like %s, but it begins like JSON; set Format to one of the two", byName)
	case json && isList(head):
		return FormatJSON, nil
	case byName == FormatCSV, byName == FormatTSV, byName == FormatText:
		return byName, nil
	}
	return FormatJSONL, nil
}

// extension is the format that a file is named after, if any.
func extension(name string) Format {
	name = strings.ToLower(name)
	if e := filepath.Ext(name); slices.Contains([]string{".gz", ".gzip", ".zst", ".zstd"}, e) {
		name = strings.TrimSuffix(name, e)
	}
	switch filepath.Ext(name) {
	case ".jsonl", ".ndjson":
		return FormatJSONL
	case ".json":
		return FormatJSON
	case ".csv":
		return FormatCSV
	case ".tsv", ".tab":
		return FormatTSV
	case ".txt":
		return FormatText
	}
	return ""
}
