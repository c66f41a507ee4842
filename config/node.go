package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// reader takes values out of a file's tree and collects what is wrong with it, so that all faults are told together.
type reader struct {
	file   string
	faults []error
}

// place is a value in the tree: the path to it and the node. Its node is nil where there is none.
type place struct {
	path string
	node ast.Node
}

// fault tells what is wrong at a place, and what to do about it.
func (r *reader) fault(p place, format string, args ...any) {
	line, column := 1, 1
	if p.node != nil {
		if t := p.node.GetToken(); t != nil && t.Position != nil {
			line, column = t.Position.Line, t.Position.Column
		}
	}
	where := fmt.Sprintf("%s:%d:%d: ", r.file, line, column)
	if p.path != "" {
		where += p.path + ": "
	}
	r.faults = append(r.faults, fmt.Errorf("%s%w", where, fmt.Errorf(format, args...))) // where has names of the user's own
}

// take reads the value at a place into a field.
type take func(place)

// fields reads a mapping: each key by its own reader. Other keys are faults; that no key comes twice the parser has seen to.
func (r *reader) fields(p place, known map[string]take) {
	for key, value := range r.pairs(p) {
		name := key.path
		at := place{join(p.path, name), key.node}
		read, ok := known[name]
		switch {
		case !ok && secret(name):
			r.fault(at, noSecrets)
		case !ok:
			r.fault(at, "not known here; the fields are %s", strings.Join(sortedKeys(known), ", "))
		default:
			read(place{at.path, value})
		}
	}
}

// pairs yields the keys and values of a mapping, and nothing of what is none.
func (r *reader) pairs(p place) func(yield func(place, ast.Node) bool) {
	return func(yield func(place, ast.Node) bool) {
		var values []*ast.MappingValueNode
		switch n := p.node.(type) {
		case *ast.MappingNode:
			values = n.Values
		case *ast.MappingValueNode:
			values = []*ast.MappingValueNode{n}
		case nil, *ast.NullNode:
			return
		default:
			r.fault(p, "expected fields, such as name: value, not %s", kind(n))
			return
		}
		for _, v := range values {
			key, ok := v.Key.(ast.ScalarNode)
			if !ok {
				r.fault(place{p.path, v.Key}, "expected a plain name, not %s", kind(v.Key))
				continue
			}
			if !yield(place{fmt.Sprint(key.GetValue()), v.Key}, v.Value) {
				return
			}
		}
	}
}

// elements reads a list. A single value is a list of one.
func (r *reader) elements(p place, read take) {
	switch n := p.node.(type) {
	case *ast.SequenceNode:
		for i, v := range n.Values {
			read(place{fmt.Sprintf("%s[%d]", p.path, i), v})
		}
	case nil, *ast.NullNode:
	default:
		read(p)
	}
}

// entries reads a mapping with names of the user's own.
func entries[T any](r *reader, p place, read func(place) (T, bool)) map[string]T {
	all := map[string]T{}
	for key, value := range r.pairs(p) {
		if v, ok := read(place{join(p.path, key.path), value}); ok {
			all[key.path] = v
		}
	}
	return all
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sortedKeys[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const noSecrets = "a configuration holds no secrets; put the key into an environment variable and name that: key_env: NAME"

// secret tells names under which somebody may have put a key. That max_tokens is none, the last word tells.
func secret(name string) bool {
	name = strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
	for _, word := range [...]string{"apikey", "accesskey", "secret", "password", "authorization", "bearer"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return strings.HasSuffix(name, "token")
}

func kind(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "fields"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "a text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + n.GetToken().Value
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode, nil:
		return "nothing"
	case *ast.AliasNode, *ast.AnchorNode, *ast.MergeKeyNode:
		return "a reference; write it out"
	}
	return "this"
}
