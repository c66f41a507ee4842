package document

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// minTable is the least bound on the numbers in a table of objects: generations go up to it.
const minTable = 65_535

// large are numbers that may be too large for a table of objects, as its entries and its dictionary are written.
var large = regexp.MustCompile(`[\s\[](\d{6,})`)

// checkTable refuses a PDF whose tables of objects have numbers beyond the size of the file. Nothing in them can be: they are
// places in the file, counts of objects, each of which takes a byte at least, and generations. The library would allocate
// what they claim, and a program does not survive a failed allocation.
func checkTable(r io.ReaderAt, size int64) error {
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && err != io.EOF {
		return err
	}
	limit := max(size, minTable)
	for _, table := range tables(data) {
		for _, found := range large.FindAllSubmatch(table, -1) {
			if n, err := strconv.ParseInt(string(found[1]), 10, 64); err != nil || n > limit {
				return fmt.Errorf("its table of objects says %s, in a file of %d bytes", found[1], size)
			}
		}
	}
	return nil
}

// tables finds the tables of objects in both their forms: lines between two keywords, or the dictionary of a stream.
func tables(data []byte) (list [][]byte) {
	for rest := data; ; {
		i := bytes.Index(rest, []byte("xref"))
		if i < 0 {
			break
		}
		start := i > 4 && string(rest[i-5:i]) == "start"
		rest = rest[i+len("xref"):]
		if start {
			continue
		}
		end := bytes.Index(rest, []byte("trailer"))
		if end < 0 {
			break
		}
		list = append(list, rest[:end])
		rest = rest[end:]
	}
	for rest := data; ; {
		i := bytes.Index(rest, []byte("/XRef"))
		if i < 0 {
			return list
		}
		begin := max(0, bytes.LastIndex(rest[:i], []byte("obj")))
		end := bytes.Index(rest[i:], []byte("stream"))
		if end < 0 {
			return list
		}
		list = append(list, rest[begin:i+end])
		rest = rest[i+end:]
	}
}
