package schemagen

// kind is one of the six JSON kinds.
type kind uint8

const (
	kindNull kind = iota
	kindBoolean
	kindNumber
	kindText
	kindArray
	kindObject
)

// value is a JSON value that keeps the order of its members and the spelling
// of its numbers; encoding/json's maps and floats lose both. Values are shared
// and never changed once built.
type value struct {
	kind    kind
	truth   bool
	number  number
	text    string
	items   []*value
	members []member
	index   map[string]*value
}

type member struct {
	name  string
	value *value
}

func nullValue() *value { return &value{kind: kindNull} }

func booleanValue(truth bool) *value { return &value{kind: kindBoolean, truth: truth} }

func numberValue(n number) *value { return &value{kind: kindNumber, number: n} }

func textValue(s string) *value { return &value{kind: kindText, text: s} }

func arrayValue(items []*value) *value { return &value{kind: kindArray, items: items} }

func objectValue(members []member) *value {
	index := make(map[string]*value, len(members))
	for _, m := range members {
		index[m.name] = m.value
	}
	return &value{kind: kindObject, members: members, index: index}
}

// hollow tells a value that says nothing, which a model asked to fill in a
// form would not write.
func (v *value) hollow() bool {
	switch v.kind {
	case kindNull:
		return true
	case kindText:
		return v.text == ""
	case kindArray:
		return len(v.items) == 0
	case kindObject:
		return len(v.members) == 0
	}
	return false
}
