package schemagen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// deepestDocument keeps every recursion over the schema well inside the stack.
const deepestDocument = 500

// decode reads JSON with the order of members kept.
func decode(data []byte) (*value, error) {
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("schemagen: schema is not JSON: %w; send one JSON object", err)
	}
	tokens := json.NewDecoder(bytes.NewReader(data))
	tokens.UseNumber()
	return decodeValue(tokens, "#", 0)
}

func decodeValue(tokens *json.Decoder, at string, depth int) (*value, error) {
	if depth > deepestDocument {
		return nil, fail(at, "", "nested too deeply; keep the schema under %d levels", deepestDocument)
	}
	token, err := tokens.Token()
	if err != nil {
		return nil, fail(at, "", "schema is not JSON: %v; send one JSON object", err)
	}
	switch t := token.(type) {
	case bool:
		return booleanValue(t), nil
	case string:
		return textValue(t), nil
	case json.Number:
		return decodeNumber(t, at)
	case json.Delim:
		if t == '[' {
			return decodeArray(tokens, at, depth)
		}
		return decodeObject(tokens, at, depth)
	}
	return nullValue(), nil
}

func decodeNumber(literal json.Number, at string) (*value, error) {
	n, err := parseNumber(literal.String())
	if err != nil {
		return nil, fail(at, "", "%v", err)
	}
	return numberValue(n), nil
}

func decodeArray(tokens *json.Decoder, at string, depth int) (*value, error) {
	var items []*value
	for tokens.More() {
		item, err := decodeValue(tokens, below(at, strconv.Itoa(len(items))), depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := tokens.Token()
	return arrayValue(items), err
}

func decodeObject(tokens *json.Decoder, at string, depth int) (*value, error) {
	var members []member
	taken := map[string]bool{}
	for tokens.More() {
		token, err := tokens.Token()
		if err != nil {
			return nil, fail(at, "", "schema is not JSON: %v; send one JSON object", err)
		}
		name, _ := token.(string)
		if taken[name] {
			return nil, fail(at, name, "key appears twice; keep one")
		}
		taken[name] = true
		child, err := decodeValue(tokens, below(at, name), depth+1)
		if err != nil {
			return nil, err
		}
		members = append(members, member{name, child})
	}
	_, err := tokens.Token()
	return objectValue(members), err
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// below extends a JSON pointer by one step.
func below(at, step string) string {
	return at + "/" + pointerEscapes.Replace(step)
}
