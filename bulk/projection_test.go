package bulk_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bulk"
)

// Whatever stands in a file, and whatever of it was noted to be right, afterwards it is what it should be; and what was right
// is not reported as repaired.
func TestAProjectionIsWhatItShouldBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.StringMatching(`[ab]{0,4}\n`)).Draw(t, "lines")
		whole := strings.Join(lines, "")
		noted := rapid.IntRange(0, len(lines)).Draw(t, "noted lines")
		prefix := strings.Join(lines[:noted], "")
		os.Remove(path)
		_, sum, err := bulk.Project(path, lines[:noted], 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		stands := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) string { return whole[:rapid.IntRange(0, len(whole)).Draw(t, "cut")] }),
			rapid.Custom(func(t *rapid.T) string { return whole + rapid.StringMatching(`[ab\n]{0,6}`).Draw(t, "more") }),
			rapid.Custom(func(t *rapid.T) string {
				changed := []byte(whole)
				for range rapid.IntRange(0, min(2, len(whole))).Draw(t, "changes") {
					changed[rapid.IntRange(0, len(whole)-1).Draw(t, "at")] = 'x'
				}
				return string(changed)
			}),
			rapid.StringMatching(`[ab\n]{0,20}`),
		).Draw(t, "stands")
		if err := os.WriteFile(path, []byte(stands), 0o600); err != nil {
			t.Fatal(err)
		}
		repaired, _, err := bulk.Project(path, lines, int64(len(prefix)), sum)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != whole {
			t.Fatalf("%q became %q, %v; want %q", stands, got, err, whole)
		}
		ends := []int{0}
		for _, line := range lines {
			ends = append(ends, ends[len(ends)-1]+len(line))
		}
		right := strings.HasPrefix(whole, stands) && slices.Contains(ends, len(stands))
		if repaired == right {
			t.Errorf("%q, for %q: reported as repaired: %v", stands, whole, repaired)
		}
	})
}
