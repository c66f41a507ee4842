package bulk

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/store"
)

// Format is the form of results in a file.
type Format string

// The formats.
const (
	// Like is the form of each item: simple JSON lines, or those of OpenAI's Batch output.
	Like Format = ""
	// JSONL and BatchJSONL are the two, whatever the items were.
	JSONL      Format = "jsonl"
	BatchJSONL Format = "batch"
	// CSV is a table with a header, Text the bare texts, one line for each.
	CSV  Format = "csv"
	Text Format = "text"
)

var csvHeader = []string{"id", "content", "finish_reason", "model", "input_tokens", "output_tokens", "cost_usd", "latency_ms"}

// Check tells whether there is such a format.
func (f Format) Check() error {
	switch f {
	case Like, JSONL, BatchJSONL, CSV, Text:
		return nil
	}
	return fmt.Errorf("format %q: use jsonl, batch, csv or text, or leave it empty for that of the items", f)
}

// head is what a file begins with.
func (f Format) head() []byte {
	if f == CSV {
		return []byte(strings.Join(csvHeader, ",") + "\n")
	}
	return nil
}

// append appends the line of an answer.
func (f Format) append(dst []byte, o *store.Outcome) ([]byte, error) {
	if f == JSONL || f == Like && !bytes.Contains(o.Body, []byte(`,"form":`)) {
		line, err := simpleLine(o)
		return append(append(dst, line...), '\n'), err
	}
	r, err := resultOf(o)
	if err != nil {
		return dst, err
	}
	switch f {
	case BatchJSONL:
		r.Item.Form = max(r.Item.Form, source.Batch)
		return r.AppendJSON(dst)
	case CSV:
		return appendRow(dst, &r)
	case Text:
		text := strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(r.Response.Content)
		return append(append(dst, text...), '\n'), nil
	}
	return r.AppendJSON(dst)
}

func appendRow(dst []byte, r *Result) ([]byte, error) {
	u := &r.Response.Usage
	cost := ""
	if u.Priced {
		cost = strings.TrimPrefix(u.Cost.String(), "$")
	}
	out := bytes.NewBuffer(dst)
	w := csv.NewWriter(out)
	err := w.Write([]string{
		r.Item.ID, r.Response.Content, string(r.Response.FinishReason), r.Response.Model,
		strconv.Itoa(u.PromptTokens()), strconv.Itoa(u.OutputTokens), cost, strconv.FormatInt(r.Latency.Milliseconds(), 10),
	})
	w.Flush()
	return out.Bytes(), err
}
