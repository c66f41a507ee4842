package dispatcher

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Percentiles are those of a sorted list, too high by a sixteenth and a microsecond at most.
func TestPercentilesAreThoseOfASortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, int64(400*24*time.Hour)), 1, 50).Draw(t, "values")
		var h histogram
		for _, v := range values {
			h.add(time.Duration(v))
		}
		slices.Sort(values)
		for _, percent := range []int{1, 50, 90, 99, 100} {
			exact := time.Duration(values[(len(values)*percent+99)/100-1])
			got := h.at(int64(percent))
			if got < exact || got > exact+exact/perOctave+time.Microsecond {
				t.Fatalf("%d %% of %v: %v, want %v", percent, values, got, exact)
			}
		}
		if h.max != time.Duration(values[len(values)-1]) {
			t.Fatalf("maximum %v", h.max)
		}
	})
}

func TestBucketsFollowOneAnother(t *testing.T) {
	for bucket := range buckets - 1 {
		if at := bucketOf(top(bucket)); at != bucket+1 {
			t.Fatalf("the end of bucket %d is in %d", bucket, at)
		}
		if at := bucketOf(top(bucket) - 1); at != bucket {
			t.Fatalf("just before the end of bucket %d is in %d", bucket, at)
		}
	}
	if got := (&histogram{}).percentiles(); got != (Percentiles{}) {
		t.Errorf("of nothing: %+v", got)
	}
}
