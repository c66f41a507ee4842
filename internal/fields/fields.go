// Package fields tells which fields a template takes from its data, so that a name that is never there is found before any row
// is filled in. Fields that are taken in other ways, by index or in a template of another name, it does not see.
package fields

import (
	"iter"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// Field is a place where a template takes a field.
type Field struct {
	Name string
	// Line and Column are from 1, the column in bytes. Of a chain such as .a.b they are those of its last dot.
	Line, Column int
}

// Of goes through the fields that a template takes from its data, in order.
func Of(t *template.Template) iter.Seq[Field] {
	return func(yield func(Field) bool) {
		w := walk{tree: t.Tree, yield: yield}
		w.list(t.Root, true)
	}
}

// walk goes through the nodes of a tree until the loop is left.
type walk struct {
	tree  *parse.Tree
	yield func(Field) bool
	over  bool
}

// list goes through nodes; own says that the dot is the template's own data there.
func (w *walk) list(l *parse.ListNode, own bool) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		w.node(n, own)
	}
}

func (w *walk) node(n parse.Node, own bool) {
	switch n := n.(type) {
	case *parse.ActionNode:
		w.pipe(n.Pipe, own)
	case *parse.TemplateNode:
		w.pipe(n.Pipe, own)
	case *parse.IfNode:
		w.branch(&n.BranchNode, own, own)
	case *parse.RangeNode:
		w.branch(&n.BranchNode, own, false)
	case *parse.WithNode:
		w.branch(&n.BranchNode, own, false)
	}
}

func (w *walk) branch(n *parse.BranchNode, own, inside bool) {
	w.pipe(n.Pipe, own)
	w.list(n.List, inside)
	w.list(n.ElseList, own)
}

func (w *walk) pipe(p *parse.PipeNode, own bool) {
	if p == nil {
		return
	}
	for _, command := range p.Cmds {
		for _, n := range command.Args {
			w.operand(n, own)
		}
	}
}

func (w *walk) operand(n parse.Node, own bool) {
	switch n := n.(type) {
	case *parse.PipeNode:
		w.pipe(n, own)
	case *parse.ChainNode:
		w.operand(n.Node, own)
	case *parse.FieldNode:
		if own {
			w.found(n.Ident[0], n)
		}
	case *parse.VariableNode:
		if len(n.Ident) > 1 && n.Ident[0] == "$" {
			w.found(n.Ident[1], n)
		}
	}
}

func (w *walk) found(name string, n parse.Node) {
	if w.over {
		return
	}
	place, _ := w.tree.ErrorContext(n) // name:line:column, the column from 0
	rest, column := cutLast(place)
	_, line := cutLast(rest)
	w.over = !w.yield(Field{name, line, column + 1})
}

func cutLast(place string) (before string, number int) {
	at := strings.LastIndexByte(place, ':')
	number, _ = strconv.Atoi(place[at+1:])
	return place[:max(0, at)], number
}
