package lane

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

var (
	seeds = flag.Int("seeds", usualSeeds(), "seeds for each cell of the matrix, and each case of the other tests in simulated time")
	table = flag.Bool("table", false, "print the matrix as a table")
	full  = flag.Bool("full", false, "run the matrix at 2M TPM and 5000 RPM for 8 minutes")
)

func usualSeeds() int {
	if Race {
		return 1
	}
	return 2
}

func (k kind) String() string {
	headers := "headers"
	if k.hidden {
		headers = "none"
	}
	return fmt.Sprintf("%s/%s/%s", headers, k.shape, k.charge)
}

// What a lane that was told nothing makes of each kind of limit, over two minutes after a warm-up of two.
//
//	go test ./dispatcher/lane -run TestMatrix -v -seeds 20 -table [-full]
func TestMatrix(t *testing.T) {
	if *table {
		fmt.Println("| headers | shape | charge | used, median | used, least | refused, median | refused, most |\n|---|---|---|---|---|---|---|")
	}
	for _, hidden := range []bool{false, true} {
		for _, shape := range kindShapes {
			for _, charge := range kindCharges {
				testCell(t, kind{shape, charge, hidden})
			}
		}
	}
}

func testCell(t *testing.T, k kind) {
	var used, refused []float64
	for seed := range *seeds {
		o := runCell(k, uint64(seed))
		used, refused = append(used, 100*o.used), append(refused, 100*o.refused)
	}
	slices.Sort(used)
	slices.Sort(refused)
	least, most, mid := used[0], refused[len(refused)-1], len(used)/2
	if *table {
		fmt.Fprintf(os.Stdout, "| %v | %s | %s | %.1f %% | %.1f %% | %.2f %% | %.2f %% |\n", !k.hidden, k.shape, k.charge, used[mid], least, refused[mid], most)
	}
	if wantUsed, wantRefused := k.aims(); least < wantUsed || most > wantRefused {
		t.Errorf("%v: used %.2f %% at least and refused %.2f %% at most; want %.1f %% and %.2f %%", k, least, most, wantUsed, wantRefused)
	}
}

func runCell(k kind, seed uint64) outcome {
	rpm, tpm, end := 1250, 500_000, 4*time.Minute
	if *full {
		rpm, tpm, end = 5000, 2_000_000, 8*time.Minute
	}
	w := newWorld(newProvider(k, rpm, tpm), seed)
	w.join(rpm/10, Config{})
	before := w.books(2 * time.Minute)
	return between(before, w.books(end))
}

// aims are the least use and the most refusals, in percent.
func (k kind) aims() (used, refused float64) {
	switch {
	case k.hidden && k.shape == "second" && k.charge == "actual": // what comes back late hides how full so small a bucket is
		return 93, 1
	case k.hidden:
		return 95, 1
	case k.shape == "fixed" && k.charge == "actual": // one refused near the end waits for it, whatever comes back meanwhile
		return 98.5, 0.5
	}
	return 99, 0.5
}
