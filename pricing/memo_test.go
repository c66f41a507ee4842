package pricing

import (
	"fmt"
	"strings"
	"testing"
)

func TestMemoIsBounded(t *testing.T) {
	var m memo
	for i := range 2 * maxSpellings {
		m.add(key{"v", fmt.Sprint(i)}, int32(i))
	}
	if n := len(*m.found.Load()); n != maxSpellings {
		t.Errorf("%d spellings are kept", n)
	}
	if i, known := m.get(key{"v", "7"}); !known || i != 7 {
		t.Errorf("a spelling it kept is %d, %v", i, known)
	}
	var other memo
	other.add(key{"v", strings.Repeat("x", maxSpelling)}, 1)
	if _, known := other.get(key{"v", strings.Repeat("x", maxSpelling)}); known {
		t.Error("a name without end is kept")
	}
}
