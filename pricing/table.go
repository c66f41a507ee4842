package pricing

import (
	"cmp"
	"iter"
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
}

type key struct{ vendor, name string }

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
		t.index(int32(i))
	}
	return t
}

func compare(a, b Model) int {
	return cmp.Or(strings.Compare(a.Vendor, b.Vendor), strings.Compare(a.Name, b.Name))
}

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
