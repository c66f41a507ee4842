package pace

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Trace is a recording of real traffic, in order of time, beginning at 0. It is held in memory: about 100 bytes a request.
type Trace []Arrival

// Schedule replays the trace, so many times as fast; 1 is as it was, and so is 0.
func (t Trace) Schedule(speed float64) Schedule {
	return func(yield func(Arrival) bool) {
		for _, a := range t {
			if speed > 0 {
				a.At = seconds(a.At.Seconds() / speed)
			}
			if !yield(a) {
				return
			}
		}
	}
}

// maxTraceLine bounds a line: one with 100,000 blocks is shorter.
const maxTraceLine = 1 << 20

// longest is how far apart the times of a trace may lie.
const longest = 10 * 365 * 24 * time.Hour

// mostTokens bounds what a trace may ask of one request.
const mostTokens = 100_000_000

// ReadMooncake reads a trace of Mooncake: a line for each request, an object with "timestamp" in milliseconds, "input_length",
// "output_length" and "hash_ids". Errors name the line.
func ReadMooncake(r io.Reader) (Trace, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTraceLine)
	var t Trace
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		a, err := mooncake(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		t = append(t, a)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	return t.ready()
}

func mooncake(line []byte) (Arrival, error) {
	var entry struct {
		Timestamp *float64 `json:"timestamp"`
		Input     *int     `json:"input_length"`
		Output    *int     `json:"output_length"`
		Hashes    []uint64 `json:"hash_ids"`
	}
	if err := json.Unmarshal(line, &entry); err != nil {
		return Arrival{}, fmt.Errorf(`not a line of a Mooncake trace, such as {"timestamp":0,"input_length":9,"output_length":9,"hash_ids":[1]}: %w`, err)
	}
	if entry.Timestamp == nil || entry.Input == nil || entry.Output == nil {
		return Arrival{}, errors.New("timestamp, input_length and output_length are all needed")
	}
	ms := *entry.Timestamp
	if !(ms >= 0 && ms <= float64(longest.Milliseconds())) {
		return Arrival{}, fmt.Errorf("timestamp %v: must be milliseconds from 0 on", ms)
	}
	a := Arrival{At: seconds(ms / 1e3), Input: *entry.Input, Output: *entry.Output, Blocks: entry.Hashes}
	return a, a.checkTokens()
}

// The columns of a trace of Azure, and the forms that its times have had.
var (
	azureColumns = []string{"TIMESTAMP", "ContextTokens", "GeneratedTokens"}
	azureTimes   = []string{"2006-01-02 15:04:05.9999999", "2006-01-02 15:04:05.999999-07:00", time.RFC3339Nano}
)

// ReadAzure reads a trace of Azure: CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens. Errors name the line.
func ReadAzure(r io.Reader) (Trace, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("the trace has no header %s: %w", strings.Join(azureColumns, ","), err)
	}
	columns := make([]int, len(azureColumns))
	for i, name := range azureColumns {
		columns[i] = slices.IndexFunc(head, func(s string) bool { return strings.EqualFold(strings.Trim(s, "\ufeff "), name) })
		if columns[i] < 0 {
			return nil, fmt.Errorf("line 1: there is no column %s", name)
		}
	}
	var t Trace
	var start time.Time
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return t.ready()
		}
		if err != nil {
			return nil, err // names its line
		}
		at, a, err := azure(row[columns[0]], row[columns[1]], row[columns[2]])
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if len(t) == 0 {
			start = at
		}
		if a.At = at.Sub(start); a.At.Abs() > longest {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: TIMESTAMP %s is years from the first; cut the trace", line, row[columns[0]])
		}
		t = append(t, a)
	}
}

func azure(timestamp, input, output string) (at time.Time, a Arrival, err error) {
	for _, form := range azureTimes {
		if at, err = time.Parse(form, strings.TrimSpace(timestamp)); err == nil {
			break
		}
	}
	if err != nil {
		return at, a, fmt.Errorf("TIMESTAMP %q: write it as 2023-11-16 18:17:03.9799600", timestamp)
	}
	for _, field := range []struct {
		text string
		to   *int
	}{{input, &a.Input}, {output, &a.Output}} {
		if *field.to, err = strconv.Atoi(strings.TrimSpace(field.text)); err != nil {
			return at, a, fmt.Errorf("%q is no count of tokens", field.text)
		}
	}
	return at, a, a.checkTokens()
}

func (a Arrival) checkTokens() error {
	if min(a.Input, a.Output) < 0 || max(a.Input, a.Output) > mostTokens {
		return fmt.Errorf("%d tokens in, %d out: must be between 0 and %d", a.Input, a.Output, mostTokens)
	}
	return nil
}

// ready sorts the trace, as requests are logged when they end, and has it begin at 0.
func (t Trace) ready() (Trace, error) {
	if len(t) == 0 {
		return nil, errors.New("the trace has no requests")
	}
	slices.SortStableFunc(t, func(a, b Arrival) int { return cmp.Compare(a.At, b.At) })
	start := t[0].At
	for i := range t {
		t[i].At -= start
	}
	return t, nil
}
