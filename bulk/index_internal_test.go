package bulk

import (
	"testing"

	"pgregory.net/rapid"
)

// The index says of every item what a map would.
func TestIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, want, seqs := newIndex(), map[key]status{}, map[key]int64{}
		for range rapid.IntRange(0, 300).Draw(t, "puts") {
			var k key
			k.content[0] = byte(rapid.IntRange(0, 2).Draw(t, "part"))
			k.content[1] = byte(rapid.IntRange(0, 255).Draw(t, "place"))
			k.content[9] = byte(rapid.IntRange(0, 3).Draw(t, "content"))
			k.id[0] = byte(rapid.IntRange(0, 2).Draw(t, "id"))
			s := rapid.SampledFrom([]status{answered, failed, superseded}).Draw(t, "status")
			if want[k]&answered != 0 {
				s = answered // which it stays
			}
			if rapid.Bool().Draw(t, "see") {
				if got, seq := x.see(k); got != want[k] || seq != seqs[k] {
					t.Fatalf("see(%v) = %b, %d, want %b, %d", k, got, seq, want[k], seqs[k])
				}
				s = want[k] | seen
			} else {
				seqs[k] = rapid.Int64Range(0, 1<<40-1).Draw(t, "seq")
				x.put(k, s, seqs[k])
			}
			want[k] = s
			twin, seq, found := x.twin(k)
			if found != anyAnswered(want, k) || found && (want[twin]&answered == 0 || seq != seqs[twin]) {
				t.Fatalf("twin(%v) = %v, %d, %v", k, twin, seq, found)
			}
		}
		stale := map[key]bool{}
		for _, k := range x.stale() {
			stale[k] = true
		}
		for k, s := range want {
			if got, seq := x.get(k); got != s || seq != seqs[k] {
				t.Errorf("get(%v) = %b, %d, want %b, %d", k, got, seq, s, seqs[k])
			}
			if is := s&(answered|failed) != 0 && s&seen == 0; is != stale[k] {
				t.Errorf("%v with status %b is stale: %v", k, s, stale[k])
			}
		}
	})
}

func anyAnswered(all map[key]status, k key) bool {
	for other, s := range all {
		if other.content == k.content && s&answered != 0 {
			return true
		}
	}
	return false
}
