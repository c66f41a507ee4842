package edge_test

import (
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/edge"
)

func TestWhatIsKnownHasNoShape(t *testing.T) {
	for _, c := range failures {
		bare := c.name == "Gemini 402" // its body says nothing
		if _, unknown := edge.Unknown(c.status, headers(c.header), []byte(c.body)); unknown != bare {
			t.Errorf("%s: unknown %v", c.name, unknown)
		}
	}
}

func TestUnknownShapes(t *testing.T) {
	shape := func(status int, body string) uint64 {
		s, unknown := edge.Unknown(status, http.Header{}, []byte(body))
		if !unknown {
			t.Errorf("%d %s counts as known", status, body)
		}
		return s
	}
	first := shape(418, `{"error":{"message":"cold","code":"kettle"},"pot":[1]}`)
	if again := shape(418, `{"error":{"message":"still cold","code":"kettle"},"pot":{}}`); again != first {
		t.Error("another text makes another shape")
	}
	seen := map[uint64]string{first: "first"}
	for name, other := range map[string]uint64{
		"status": shape(400, `{"error":{"message":"cold","code":"kettle"},"pot":[1]}`),
		"code":   shape(418, `{"error":{"message":"cold","code":"cup"},"pot":[1]}`),
		"type":   shape(418, `{"error":{"message":"cold","type":"kettle"},"pot":[1]}`),
		"field":  shape(418, `{"error":{"message":"cold","code":"kettle"},"can":[1]}`),
		"text":   shape(418, `cold`),
		"empty":  shape(500, ``),
	} {
		if same, ok := seen[other]; ok {
			t.Errorf("another %s makes no other shape than the %s", name, same)
		}
		seen[other] = name
	}
}
