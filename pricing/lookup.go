package pricing

import "strings"

// Lookup finds a model by the name its vendor has here, such as "openai", and by its own name. Names that can only mean one
// model are understood: with the vendor before a slash, as a resource (models/…, publishers/…/models/…, arn:…), with the date
// of a version that the table does not list apart, without a date where the table has only one, as Vertex (…@20250929) and
// Bedrock (us.anthropic.…-v1:0) write them, with dots for dashes, or in other case.
//
// A gateway and a vendor without entries answer for the maker that the model's name begins with: the entry for
// "openai/gpt-4o" is openai's, and Vendor of the result says so. Any other name that the table does not have, and one that
// could mean two models, is not found. It allocates at most once, and not at all for a name as the table has it.
func (t *Table) Lookup(vendor, model string) (Model, bool) {
	i, ok := t.find(canonical(vendor), model)
	if !ok {
		return Model{}, false
	}
	return t.models[i], true
}

// find expects the name of a vendor as the table has it.
func (t *Table) find(vendor, model string) (int32, bool) {
	known := t.vendors[vendor]
	if known {
		if i, ok := t.ofVendor(vendor, model); ok || !isGateway(vendor) {
			return i, ok
		}
	}
	maker, name, ok := strings.Cut(model, "/")
	maker = canonical(maker)
	if !ok || maker == vendor || !t.vendors[maker] && !isGateway(maker) {
		return 0, false
	}
	return t.find(maker, name)
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
	i, ok := t.dated[key{vendor, name}]
	return i, ok && i != ambiguous
}

// steps take off what stands around a name, one kind after the other.
var steps = [...]func(vendor, name string) string{
	func(_, name string) string { return name },
	cutPath,
	cutRegion,
	cutMaker,
	cutTuning,
}
