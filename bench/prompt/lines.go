package prompt

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// maxLine bounds a line of a file of prompts.
const maxLine = 64 << 20

// ReadLines reads JSONL: in each line an object with a "prompt" and perhaps "max_tokens", or the body of a request of Chat
// Completions, with "messages". The model that a line may name is not taken: that is the client's. Errors name the line.
func ReadLines(r io.Reader) (Set, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var set Set
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		req, err := parseLine(lines.Bytes())
		if err == nil {
			err = req.Validate()
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		set = append(set, req)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	if len(set) == 0 {
		return nil, errors.New("the file has no prompts")
	}
	return set, nil
}

func parseLine(line []byte) (request.Request, error) {
	var simple struct {
		Prompt *string `json:"prompt"`
		Most   int     `json:"max_tokens"`
	}
	if err := json.Unmarshal(line, &simple); err != nil {
		return request.Request{}, fmt.Errorf(`not a prompt, such as {"prompt":"…","max_tokens":99}: %w`, err)
	}
	if simple.Prompt != nil {
		return asked(*simple.Prompt, simple.Most), nil
	}
	req, err := openai.ParseRequest(line, "openai")
	req.Model = ""
	return req, err
}
