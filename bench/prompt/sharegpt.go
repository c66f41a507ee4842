package prompt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/seed63918563/llmgate/internal/tokens"
)

// conversation is an entry of a ShareGPT file.
type conversation struct {
	Turns []struct {
		From  string `json:"from"`
		Value string `json:"value"`
	} `json:"conversations"`
}

// ReadShareGPT reads a ShareGPT file: a JSON array of conversations. Each that begins with a human's turn and an answer gives a
// request: the turn, with the answer bounded to the length of the one recorded. Others are left out. Errors name the entry,
// counted from 0.
func ReadShareGPT(r io.Reader) (Set, error) {
	dec := json.NewDecoder(r)
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		return nil, errors.Join(errors.New(`not a ShareGPT file: it must be an array of {"conversations":[{"from":"human","value":"…"},…]}`), err)
	}
	var set Set
	for i := 0; dec.More(); i++ {
		var c conversation
		if err := dec.Decode(&c); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		if len(c.Turns) < 2 || c.Turns[0].From != "human" && c.Turns[0].From != "user" || c.Turns[0].Value == "" {
			continue
		}
		set = append(set, asked(c.Turns[0].Value, tokens.Text(c.Turns[1].Value)))
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("after %d entries: %w", len(set), err)
	}
	if len(set) == 0 {
		return nil, errors.New("no conversation begins with a human's turn and an answer")
	}
	return set, nil
}
