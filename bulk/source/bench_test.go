package source_test

import (
	"io"
	"testing"

	"github.com/seed63918563/llmgate/bulk/source"
)

// repeated gives the same text again and again.
type repeated struct {
	text string
	n    int
	rest string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.n == 0 {
			return 0, io.EOF
		}
		r.n--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func BenchmarkItem(b *testing.B) {
	const words = "Summarise in one sentence why the sky is blue and the sunset is red."
	for _, bench := range []struct {
		name, text string
		cfg        source.Config
	}{
		{"simple", `{"id":"sky","prompt":"` + words + `"}` + "\n", source.Config{}},
		{"parameters", `{"id":"sky","prompt":"` + words + `","system":"Be brief.","max_tokens":200,"temperature":0}` + "\n", source.Config{}},
		{"batch", `{"custom_id":"sky","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"` + words + `"}]}}` + "\n", source.Config{}},
		{"row", `{"id":"sky","text":"` + words + `"}` + "\n", source.Config{Prompt: "Translate: {{.text}}"}},
		{"text", words + "\n", source.Config{Format: source.FormatText}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			cfg := bench.cfg
			cfg.AllowDuplicates, cfg.Provider = true, "sim"
			cfg.Reader = &repeated{text: bench.text, n: b.N}
			cfg.Path = "in"
			if cfg.Format == "" {
				cfg.Format = source.FormatJSONL
			}
			s, err := source.Open(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for item, err := range s.Items() {
				if err != nil || item.Err != nil {
					b.Fatal(err, item.Err)
				}
			}
		})
	}
}
