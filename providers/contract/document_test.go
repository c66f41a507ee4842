package contract_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var writeTable = flag.Bool("table", false, "print the table of clients and cases, and put it into docs/providers.md")

const (
	document   = "../../docs/providers.md"
	tableBegin = "<!-- begin of the table; go test -C providers/contract -run TestClients -table writes it -->\n"
	tableEnd   = "<!-- end of the table -->\n"
)

// checkDocument compares the table with the one between the marks of the document, or puts it there.
func checkDocument(t *testing.T, table string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegin)
	old, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table, between %q and %q", document, tableBegin, tableEnd)
	}
	if *writeTable {
		fmt.Print(table)
		if err := os.WriteFile(document, []byte(before+tableBegin+"\n"+table+"\n"+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff("\n"+table+"\n", old); diff != "" {
		t.Errorf("%s is out of date; run go test -C providers/contract -run TestClients -table (-now +document):\n%s", document, diff)
	}
}
