package contract

import (
	"encoding/json"
	"fmt"
	"strings"
)

// body is a request body as it went over the wire, in whatever dialect.
type body struct {
	texts []string
	// fields are the values by name, wherever they stand; names are spelled without capitals and underscores.
	fields map[string]any
}

// wire reads the latest request that the provider was sent.
func (p *Provider) wire() (*body, error) {
	all := p.sent.all()
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing was sent")
	}
	var v any
	if err := json.Unmarshal([]byte(all[len(all)-1]), &v); err != nil {
		return nil, fmt.Errorf("the request sent is no JSON: %w", err)
	}
	b := &body{fields: map[string]any{}}
	b.walk(v)
	return b, nil
}

func (b *body) walk(v any) {
	switch v := v.(type) {
	case string:
		b.texts = append(b.texts, v)
	case []any:
		for _, item := range v {
			b.walk(item)
		}
	case map[string]any:
		for name, value := range v {
			b.fields[strings.ToLower(strings.ReplaceAll(name, "_", ""))] = value
			b.walk(value)
		}
	}
}

// holds tells whether some text of the body has this one in it.
func (b *body) holds(text string) bool {
	for _, t := range b.texts {
		if strings.Contains(t, text) {
			return true
		}
	}
	return false
}

// carries is an error unless the latest request holds all the texts. A client without a wire carries what it wants.
func (s *stage) carries(p *Provider, texts ...string) error {
	if !s.has(Wire) {
		return nil
	}
	sent, err := p.wire()
	if err != nil {
		return err
	}
	for _, text := range texts {
		if !sent.holds(text) {
			return fmt.Errorf("the request sent lacks %s", brief(text))
		}
	}
	return nil
}
