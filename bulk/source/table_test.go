package source_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

func TestRowsAreRead(t *testing.T) {
	text := "id, text ,system,,n\r\nsky,\"why, \"\"blue\"\"?\r\nreally\",Be brief.,ignored,7\r\n\r\n,x,,,\n"
	s := open(t, strings.NewReader(text), source.Config{Path: "in.csv", Prompt: "{{.n}}: {{.text}}"})
	got, err := collect(t, s)
	want := []source.Item{
		{Line: 2, File: "in.csv", ID: "sky", Raw: json.RawMessage(`{"id":"sky","text":"why, \"blue\"?\nreally","system":"Be brief.","n":"7"}`),
			Request: request.Request{Messages: []request.Message{says(request.RoleSystem, "Be brief."), says(request.RoleUser, "7: why, \"blue\"?\nreally")}}},
		{Index: 1, Line: 5, File: "in.csv", ID: "line-5", Raw: json.RawMessage(`{"id":"","text":"x","system":"","n":""}`),
			Request: request.Request{Messages: user(": x")}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestTableWithoutTemplateKeepsWhatItReads(t *testing.T) {
	items, err := collect(t, open(t, strings.NewReader("label\tprompt\tid\nnews\tWhy?\ta\n"), source.Config{Path: "in.tsv"}))
	if err != nil || len(items) != 1 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	again := one(t, string(items[0].Raw))
	if again.ID != "a" || !cmp.Equal(again.Request, items[0].Request) || string(items[0].Raw) != `{"prompt":"Why?","id":"a"}` {
		t.Errorf("%s reads %+v, the row read %+v", items[0].Raw, again.Request, items[0].Request)
	}
}

func TestRowsThatAreWrong(t *testing.T) {
	text := "id,prompt\na,x\nb,x,y\nc\n\"d,x\ne\"e,\"x\"y\nf,\xff\ng,\nh,x\n"
	text = strings.Replace(text, "\"d,x\n", "d\"d,x\n", 1)
	items, err := collect(t, open(t, strings.NewReader(text), source.Config{Path: "in.csv"}))
	var got []string
	for _, item := range items {
		got = append(got, fmt.Sprintf("%s %v %s", item.ID, item.Err, item.Raw))
	}
	want := []string{
		`a <nil> {"id":"a","prompt":"x"}`,
		`line-3 in.csv:3: row: has 3 cells, the header 2; put cells that hold separators in quotes ["b","x","y"]`,
		`line-4 in.csv:4: row: has 1 cells, the header 2; put cells that hold separators in quotes ["c"]`,
		`line-5 in.csv:5: line 5, byte 2: bare " in non-quoted-field; put the cell in quotes, close them, and write each quote in it twice `,
		`line-6 in.csv:6: line 6, byte 2: bare " in non-quoted-field; put the cell in quotes, close them, and write each quote in it twice `,
		`line-7 in.csv:7: not UTF-8; convert the file, such as with iconv -t UTF-8 `,
		`g in.csv:8: prompt: empty; nothing is asked {"id":"g","prompt":""}`,
		`h <nil> {"id":"h","prompt":"x"}`,
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestTablesThatAreWrong(t *testing.T) {
	const open1, quote = "; put the cell in quotes, close them, and write each quote in it twice", `extraneous or missing " in quoted-field`
	for _, test := range []struct{ text, prompt, want string }{
		{"a,b\nx,y\n", "", "in.csv:1: Prompt: empty, and no column is named prompt; give a template over the columns a, b"},
		{"a,b,a\nx,y,z\n", "{{.a}}", "in.csv:1: column a: is there twice; rename one"},
		{"a\"b\nx\n", "{{.a}}", `in.csv:1: line 1, byte 2: bare " in non-quoted-field` + open1},
		{"prompt\nx\n\"open\nand on\n", "", "in.csv:3: line 4, byte 8: " + quote + open1},
		{"prompt\nx\n\"open\nand\" on\n", "", "in.csv:3: line 4, byte 4: " + quote + open1},
		{"a,b\nx,y\n", "{{.text}}", `in.csv:1: Prompt:1:3: there is no field "text"; use one of those that there are: a, b`},
		{"a,b\nx,y\n", `{{if eq .a "z"}}{{.c}}{{end}}`, `in.csv:1: Prompt:1:19: there is no field "c"; use one of those that there are: a, b`},
	} {
		items, err := collect(t, open(t, strings.NewReader(test.text), source.Config{Path: "in.csv", Prompt: test.prompt}))
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: got %v, %v\nwant %s", test.text, brief(items), err, test.want)
		}
	}
}

func TestQuoteThatIsNotClosedIsNotReadWithoutEnd(t *testing.T) {
	s := open(t, strings.NewReader("prompt\nx\n\""+strings.Repeat("y\n", 100_000)), source.Config{Path: "in.csv"})
	s.Shorten(10_000)
	items, err := collect(t, s)
	if len(items) != 1 || err == nil || !strings.HasPrefix(err.Error(), "in.csv:3: the row is longer than 128 MB") {
		t.Errorf("got %v, %v", brief(items), err)
	}
}

// Whatever rows are written come back as they were, from a table and as rows of JSON.
func TestRowsComeBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("ab \",;\n\t'{}\\é\u2028")), rapid.Rune().Filter(func(r rune) bool { return r != 0 })))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 1, 20).Draw(t, "rows")
		tab := rapid.Bool().Draw(t, "tab")
		format, comma := source.FormatCSV, ','
		if tab {
			format, comma = source.FormatTSV, '\t'
		}
		var table, lines bytes.Buffer
		w := csv.NewWriter(&table)
		w.Comma, w.UseCRLF = comma, rapid.Bool().Draw(t, "CRLF")
		check(t, w.Write([]string{"a", "b"}))
		e := json.NewEncoder(&lines)
		for _, row := range rows {
			check(t, w.Write(row))
			check(t, e.Encode(map[string]string{"a": row[0], "b": row[1]}))
		}
		w.Flush()
		reread, err := csv.NewReader(strings.NewReader(strings.ReplaceAll(table.String(), "\r\n", "\n"))), error(nil)
		reread.Comma = comma
		fromTable, err := reread.ReadAll()
		check(t, err)
		checkRows(t, &table, format, fromTable[1:])
		checkRows(t, &lines, source.FormatJSONL, rows)
	})
}

func checkRows(t *rapid.T, text *bytes.Buffer, format source.Format, rows [][]string) {
	s, err := source.Open(source.Config{Reader: text, Format: format, Prompt: "{{.a}}|{{.b}}.", System: "-{{.b}}"})
	check(t, err)
	n := 0
	for item, err := range s.Items() {
		check(t, err)
		check(t, item.Err)
		want := []request.Message{says(request.RoleSystem, "-"+rows[n][1]), says(request.RoleUser, rows[n][0]+"|"+rows[n][1]+".")}
		if diff := cmp.Diff(want, item.Request.Messages); diff != "" {
			t.Fatalf("row %d of %s: (-want +got)\n%s", n, format, diff)
		}
		var raw map[string]string
		check(t, json.Unmarshal(item.Raw, &raw))
		if raw["a"] != rows[n][0] || raw["b"] != rows[n][1] {
			t.Fatalf("row %d of %s: the original is %s", n, format, item.Raw)
		}
		n++
	}
	if n != len(rows) {
		t.Fatalf("%d of %d rows came back from %s", n, len(rows), format)
	}
}

func check(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
