package pricing

import (
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Lookup finds a model by the name its vendor has here, such as "openai", and by its own name. Names that can only mean one
// model are understood: with the vendor before a slash, as a resource (models/…, publishers/…/models/…, arn:…), with the date
// of a version that the table does not list apart, without a date where the table has only one, as Vertex (…@20250929) and
// Bedrock (us.anthropic.…-v1:0) write them, with dots for dashes, or in other case.
//
// A gateway and a vendor without entries answer for the maker that the model's name begins with: the entry for
// "openai/gpt-4o" is openai's, and Vendor of the result says so. A name that ends in -latest means the one version there is.
// An alias means what it was given for. Any other name that the table does not have, and one that could mean two models, is
// not found. It does not allocate for a name as the table has it, nor for a spelling that it has seen.
func (t *Table) Lookup(vendor, model string) (Model, bool) {
	if m := t.model(vendor, model); m != nil {
		return *m, true
	}
	return Model{}, false
}

// model is nil if none is found.
func (t *Table) model(vendor, model string) *Model {
	asked := key{vendor, model}
	i, known := t.exact[asked]
	if !known || len(t.aliases) > 0 {
		i, known = t.memo.get(asked)
	}
	if !known {
		if i, known = t.resolve(asked); !known {
			i = ambiguous
		}
		t.memo.add(asked, i)
	}
	if i == ambiguous {
		return nil
	}
	return &t.models[i]
}

// resolve takes a name apart.
func (t *Table) resolve(asked key) (int32, bool) {
	vendor := canonical(asked.vendor)
	return t.find(vendor, strings.TrimPrefix(asked.name, asked.vendor+"/"), t.aliases)
}

// find expects the name of a vendor as the table has it. An alias comes before a model of the same name, and can't stand for
// another alias.
func (t *Table) find(vendor, model string, aliases map[key]key) (int32, bool) {
	if target, ok := aliases[key{vendor, model}]; ok {
		if i, ok := t.find(vendor, target.name, nil); ok {
			return i, true
		}
		return t.find("", target.name, nil)
	}
	known := t.vendors[vendor]
	if known {
		if i, ok := t.ofVendor(vendor, model); ok || !isGateway(vendor) {
			return i, ok
		}
	}
	maker, name, ok := strings.Cut(model, "/")
	maker = canonical(maker)
	if !ok || maker == vendor || !t.knows(maker, aliases) && !isGateway(maker) {
		return 0, false
	}
	return t.find(maker, name, aliases)
}

// knows: a vendor has models, or other names for those of others.
func (t *Table) knows(vendor string, aliases map[key]key) bool {
	if t.vendors[vendor] {
		return true
	}
	for alias := range aliases {
		if alias.vendor == vendor {
			return true
		}
	}
	return false
}

func (t *Table) ofVendor(vendor, model string) (int32, bool) {
	if i, ok := t.exact[key{vendor, model}]; ok {
		return i, true
	}
	name := fold(model)
	for _, step := range steps {
		name = step(vendor, name)
		if i, ok := t.folded[key{vendor, name}]; ok {
			return i, i != ambiguous
		}
	}
	if stem := Undated(name); stem != name {
		i, ok := t.folded[key{vendor, stem}]
		return i, ok && i != ambiguous
	}
	if stem, ok := strings.CutSuffix(name, "-latest"); ok {
		return t.only(vendor, stem)
	}
	i, ok := t.dated[key{vendor, name}]
	return i, ok && i != ambiguous
}

// only finds the one version that a name without its mark has: undated or dated, but not both.
func (t *Table) only(vendor, stem string) (int32, bool) {
	undated, plain := t.folded[key{vendor, stem}]
	version, dated := t.dated[key{vendor, stem}]
	switch {
	case plain && !dated:
		return undated, undated != ambiguous
	case dated && !plain:
		return version, version != ambiguous
	}
	return 0, false
}

// steps take off what stands around a name, one kind after the other.
var steps = [...]func(vendor, name string) string{
	func(_, name string) string { return name },
	cutPath,
	cutRegion,
	cutMaker,
	cutTuning,
}

// Capabilities says what a model can do. Known is false if the table does not have it.
func (t *Table) Capabilities(vendor, model string) request.Capabilities {
	if m := t.model(vendor, model); m != nil {
		return m.Capabilities()
	}
	return request.Capabilities{}
}

// Cost is [Model.Cost] of a model by any of its names; ok is false for one that the table does not have, too.
func (t *Table) Cost(vendor, model string, u *request.Usage, s Service) (cost request.Money, ok bool) {
	if m := t.model(vendor, model); m != nil {
		return m.Cost(u, s)
	}
	return 0, false
}
