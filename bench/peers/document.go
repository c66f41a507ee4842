package main

import (
	"fmt"
	"os"
	"strings"
)

// The marks between which a document has what this command writes.
const (
	begin = "<!-- begin of the clients; go -C bench/peers run . -write writes it -->\n"
	end   = "<!-- end of the clients -->\n"
)

// put replaces what is between the marks of a document.
func put(document, text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return fmt.Errorf("run the command with go -C bench/peers run .: %w", err)
	}
	before, rest, begins := strings.Cut(string(old), begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return fmt.Errorf("%s has no place for the text, between %q and %q", document, begin, end)
	}
	return os.WriteFile(document, []byte(before+begin+"\n"+text+"\n"+end+after), 0o644)
}
