package dense_test

import (
	"maps"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/internal/dense"
)

// It says of every key what a map would.
func TestIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m dense.Map[[3]byte]
		want := map[dense.Key][3]byte{}
		for range rapid.IntRange(0, 500).Draw(t, "puts") {
			var k dense.Key
			k[0] = byte(rapid.SampledFrom([]int{0, 7, 255}).Draw(t, "first"))
			k[1] = byte(rapid.IntRange(0, 255).Draw(t, "second"))
			k[9] = byte(rapid.IntRange(0, 3).Draw(t, "last"))
			if got, ok := m.Get(&k), want[k]; (got == nil) != (ok == [3]byte{}) || got != nil && *got != ok {
				t.Fatalf("Get(%v) = %v, want %v", k, got, ok)
			}
			v := m.Put(&k)
			if *v != want[k] {
				t.Fatalf("Put(%v) = %v, want %v", k, *v, want[k])
			}
			v[0], v[1] = 1, v[1]+1 // which is never all zero
			want[k] = *v
		}
		got := map[dense.Key][3]byte{}
		for k, v := range m.All() {
			got[k] = *v
		}
		if !maps.Equal(got, want) {
			t.Errorf("All gave %v, want %v", got, want)
		}
	})
}

// A slot has 19 bytes here. What is beside is less than a fifth.
func TestTakesLittleRoom(t *testing.T) {
	const n, slot = 200_000, 19
	before := live()
	m := new(dense.Map[[10]byte])
	var k dense.Key
	for i := range uint64(n) {
		x := (i + 1) * 0x9e3779b97f4a7c15
		x ^= x >> 29
		x *= 0xbf58476d1ce4e5b9
		for b := range 8 {
			k[b] = byte(x >> (56 - 8*b))
		}
		m.Put(&k)[0] = 1
	}
	if took := live() - before; took > n*slot*6/5 {
		t.Errorf("%d slots of %d bytes take %d", n, slot, took)
	}
	runtime.KeepAlive(m)
}

func live() int {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
