package source

import (
	"bytes"
	"encoding/json"
)

// failures takes items out of the lines of a file of failures, as package bulk writes it beside an output, so that such a file is
// read as the one was that the items came from. Every other line stays as it is.
type failures struct{ texts }

func (f failures) next() ([]byte, int, error) {
	text, line, err := f.texts.next()
	if err != nil || !bytes.HasPrefix(text, []byte(`{"id":`)) || !bytes.Contains(text, []byte(`,"class":`)) {
		return text, line, err
	}
	var failure struct{ Class, Error, Item json.RawMessage }
	if json.Unmarshal(text, &failure) == nil && failure.Class != nil && failure.Error != nil && failure.Item != nil {
		return failure.Item, line, nil
	}
	return text, line, nil
}
