package contract

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// fixture is an error response of a vendor, and what it means.
type fixture struct {
	Name   string            `json:"name"`
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   json.RawMessage   `json:"body"`

	Class        request.Class  `json:"class"`
	Reason       request.Reason `json:"reason"`
	RetryAfterMS float64        `json:"retry_after_ms"`
	// AnyWait: the wait depends on the day.
	AnyWait     bool `json:"any_wait"`
	MaybeBilled bool `json:"maybe_billed"`
}

func (f *fixture) wait() time.Duration {
	return time.Duration(f.RetryAfterMS * float64(time.Millisecond))
}

func (f *fixture) response() canned {
	header := http.Header{}
	for name, value := range f.Header {
		header.Set(name, value)
	}
	return canned{status: f.Status, header: header, body: string(f.Body)}
}

//go:embed testdata/errors/*.jsonl
var errorFiles embed.FS

// fixtures are all sets of error responses, by name.
var fixtures = mustLoad()

func mustLoad() map[string][]fixture {
	sets := map[string][]fixture{}
	files, err := errorFiles.ReadDir("testdata/errors")
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".jsonl")
		if err == nil {
			sets[name], err = load(path.Join("testdata/errors", file.Name()))
		}
	}
	if err != nil {
		panic(err) // the files are part of the program
	}
	return sets
}

func load(name string) (set []fixture, err error) {
	data, err := errorFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	for {
		var f fixture
		if err := d.Decode(&f); err == io.EOF {
			return set, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s, fixture %d: %w", name, len(set)+1, err)
		}
		set = append(set, f)
	}
}

// all are the fixtures of the sets named.
func all(sets []string) (list []fixture) {
	for _, name := range sets {
		list = append(list, fixtures[name]...)
	}
	return list
}

// rateLimit finds one that names no wait.
func rateLimit(sets []string) (fixture, bool) {
	for _, f := range all(sets) {
		if f.Class == request.ClassRateLimit && f.RetryAfterMS == 0 {
			return f, true
		}
	}
	return fixture{}, false
}
