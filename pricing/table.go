package pricing

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Table is a set of models. It does not change, so several goroutines may use it. The zero value is empty.
type Table struct {
	sources []Source
	models  []Model
	vendors map[string]bool
	// exact holds every model by its name, folded by its folded name, and dated by its folded name without the mark of its
	// version. What could mean two models is -1.
	exact, folded, dated map[key]int32
	// aliases are names given by hand. The target's vendor stands before its name, if it is another.
	aliases map[key]key
	memo    memo
}

type key struct{ vendor, name string }

func (k key) compare(other key) int {
	return cmp.Or(strings.Compare(k.vendor, other.vendor), strings.Compare(k.name, other.name))
}

const ambiguous = -1

// NewTable makes a table. Of two models with the same vendor and name the later stands.
func NewTable(sources []Source, models []Model) *Table {
	t := &Table{
		sources: slices.Clone(sources), models: slices.Clone(models), vendors: map[string]bool{},
		exact: make(map[key]int32, len(models)), folded: make(map[key]int32, len(models)), dated: map[key]int32{},
	}
	slices.SortStableFunc(t.models, compare)
	t.models = lastOfEach(t.models)
	for i := range t.models {
		if terms := &t.models[i].Prices.Terms; !slices.IsSortedFunc(*terms, CompareTerms) {
			*terms = slices.SortedFunc(slices.Values(*terms), CompareTerms) // the caller's stay as they are
		}
		t.index(int32(i))
	}
	return t
}

// With returns a table with the entries of another over those of this one. Neither changes: a program that has prices of
// its own makes such a table once and gives it to its clients.
func (t *Table) With(over *Table) *Table {
	both := NewTable(slices.Concat(t.sources, over.sources), slices.Concat(t.models, over.models))
	both.aliases = maps.Clone(t.aliases)
	if both.aliases == nil {
		both.aliases = map[key]key{}
	}
	maps.Copy(both.aliases, over.aliases)
	return both
}

func compare(a, b Model) int { return key{a.Vendor, a.Name}.compare(key{b.Vendor, b.Name}) }

// lastOfEach keeps the last of neighbours that have the same name.
func lastOfEach(sorted []Model) []Model {
	kept := sorted[:0]
	for i, m := range sorted {
		if i+1 == len(sorted) || compare(m, sorted[i+1]) != 0 {
			kept = append(kept, m)
		}
	}
	return kept
}

func (t *Table) index(i int32) {
	m := &t.models[i]
	t.vendors[m.Vendor] = true
	t.exact[key{m.Vendor, m.Name}] = i
	name := fold(m.Name)
	add(t.folded, key{m.Vendor, name}, i)
	if stem := Undated(cutMaker(m.Vendor, name)); stem != name {
		add(t.dated, key{m.Vendor, stem}, i)
	}
}

func add(to map[key]int32, k key, i int32) {
	if _, taken := to[k]; taken {
		i = ambiguous
	}
	to[k] = i
}

// Models yields all models, sorted by vendor and name.
func (t *Table) Models() iter.Seq[Model] { return slices.Values(t.models) }

// Sources lists what the table was made from.
func (t *Table) Sources() []Source { return slices.Clone(t.sources) }
