package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/bench/measure"
)

// Lines gives a function that writes each record as a line of JSON, to be used as the Record of a load. Writes are small:
// buffer w.
func Lines(w io.Writer) func(*measure.Record) error {
	enc := json.NewEncoder(w)
	return func(r *measure.Record) error { return enc.Encode(r) }
}

// CSV writes the series: a header with the names that JSON has, and a line for each second, counted from 0.
func (r *Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	kind := reflect.TypeFor[measure.Second]()
	row := []string{"second"}
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		row = append(row, name)
	}
	_ = out.Write(row) // Error tells in the end
	for second, s := range r.Series {
		row = append(row[:0], strconv.Itoa(second))
		for i, v := 0, reflect.ValueOf(s); i < v.NumField(); i++ {
			row = append(row, strconv.FormatInt(v.Field(i).Int(), 10))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}
