package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// dumbCache lists all that was ever kept, and looks it all through.
type dumbCache map[uint64][]kept

// lasting is what is known of a prefix by its latest end; nothing if that has come.
func (d dumbCache) lasting(now time.Time, sum uint64) (k kept) {
	for _, one := range d[sum] {
		if one.until.After(now) && one.until.After(k.until) {
			k = one
		}
	}
	return k
}

func (d dumbCache) use(now time.Time, prefixes []prefix) (u cacheUse) {
	longest := prefix{}
	for i, p := range prefixes {
		for j := i; j < len(prefixes) && j <= i+lookBack; j++ { // a mark is near enough
			if prefixes[j].keep > 0 && d.lasting(now, p.sum) != (kept{}) {
				longest = p
			}
		}
	}
	if u.read = longest.tokens; u.read > 0 {
		keep := d.lasting(now, longest.sum).keep
		d[longest.sum] = append(d[longest.sum], kept{now.Add(keep), keep})
	}
	before := u.read
	for _, p := range prefixes {
		if p.keep == 0 || p.tokens < leastCached {
			continue
		}
		d[p.sum] = append(d[p.sum], kept{now.Add(p.keep), p.keep})
		more := max(0, p.tokens-before)
		if before += more; p.keep == time.Hour {
			u.long += more
		} else {
			u.brief += more
		}
	}
	return u
}

func TestPromptCache(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var real promptCache
		dumb := dumbCache{}
		now := epoch
		for range rapid.IntRange(1, 30).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds")) * time.Second)
			prefixes := drawPrefixes(t)
			if got, want := real.use(now, prefixes), dumb.use(now, prefixes); got != want {
				t.Fatalf("%v: use %+v, want %+v", prefixes, got, want)
			}
		}
	})
}

// drawPrefixes draws a prompt of blocks, few of which differ, so that prompts share beginnings.
func drawPrefixes(t *rapid.T) (out []prefix) {
	tokens, sum := 0, uint64(0)
	for range rapid.IntRange(0, 40).Draw(t, "blocks") {
		other := rapid.SampledFrom([]uint64{0, 0, 0, 0, 0, 0, 0, 1}).Draw(t, "text")
		tokens += 300
		sum = sum*31 + 2 + other
		out = append(out, prefix{sum, tokens, rapid.SampledFrom([]time.Duration{0, 0, 0, 0, 0, 0, 0, briefly, time.Hour}).Draw(t, "keep")})
	}
	return out
}
