package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

// text reads a text; a number counts as how it is written.
func (r *reader) text(p place) (string, bool) {
	switch n := p.node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	r.fault(p, "expected a text, not %s", kind(p.node))
	return "", false
}

// open reads a text that will stand in logs and errors, where no secret may.
func (r *reader) open(p place) (string, bool) {
	written, ok := r.text(p)
	if ok && wire.Redact(written) != written {
		r.fault(p, noSecrets)
		return "", false
	}
	return written, ok
}

// model reads the name of a model.
func (r *reader) model(p place) (string, bool) {
	written, ok := r.text(p)
	if !ok {
		return "", false
	}
	if err := providers.Check(written); err != nil {
		r.fault(p, "%s", request.AsError(err).Message)
		return "", false
	}
	return written, true
}

// number reads a whole number of at least so much.
func (r *reader) number(p place, least int) (int, bool) {
	n, ok := p.node.(*ast.IntegerNode)
	if !ok {
		r.fault(p, "expected a whole number, not %s", kind(p.node))
		return 0, false
	}
	value, err := strconv.Atoi(strings.ReplaceAll(n.GetToken().Value, "_", ""))
	if err != nil || value < least {
		r.fault(p, "%s: expected a whole number of at least %d", n.GetToken().Value, least)
		return 0, false
	}
	return value, true
}

// share reads a number above 0 and at most so much.
func (r *reader) share(p place, most float64) (float64, bool) {
	var value float64
	switch n := p.node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		value, _ = strconv.ParseFloat(n.GetToken().Value, 64)
	}
	if !(value > 0 && value <= most) {
		bound := ""
		if !math.IsInf(most, 1) {
			bound = fmt.Sprintf(" and at most %g", most)
		}
		r.fault(p, "expected a number above 0%s, not %s", bound, kind(p.node))
		return 0, false
	}
	return value, true
}

func (r *reader) truth(p place) (bool, bool) {
	n, ok := p.node.(*ast.BoolNode)
	if !ok {
		r.fault(p, "expected true or false, not %s", kind(p.node))
		return false, false
	}
	return n.Value, true
}

// duration reads a time such as 500ms, 30s or 1h30m.
func (r *reader) duration(p place) (time.Duration, bool) {
	written, ok := r.text(p)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(written)
	if err != nil || d < 0 {
		r.fault(p, "%q is not a time; write 500ms, 30s, 10m or 1h", written)
		return 0, false
	}
	return d, true
}

func (r *reader) money(p place) (llmgate.Money, bool) {
	written, ok := r.text(p)
	if !ok {
		return 0, false
	}
	amount, err := llmgate.ParseMoney(written)
	if err != nil || amount < 0 {
		r.fault(p, "%q is not an amount; write 20usd or 0.50", written)
		return 0, false
	}
	return amount, true
}

// bytes reads a size such as 64MB; the units are powers of 1,024.
func (r *reader) bytes(p place) (int64, bool) {
	written, ok := r.text(p)
	if !ok {
		return 0, false
	}
	digits := strings.TrimRight(strings.ToUpper(strings.TrimSpace(written)), "KMGIB ")
	unit := strings.TrimSuffix(strings.TrimSpace(strings.ToUpper(written)[len(digits):]), "B")
	shift, known := map[string]uint{"": 0, "K": 10, "M": 20, "G": 30, "KI": 10, "MI": 20, "GI": 30}[unit]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !known || n < 0 || n > math.MaxInt64>>shift {
		r.fault(p, "%q is not a size; write 64MB", written)
		return 0, false
	}
	return n << shift, true
}

// choice reads one of a few words.
func choice[T any](r *reader, p place, words map[string]T) (value T, ok bool) {
	written, ok := r.text(p)
	if !ok {
		return value, false
	}
	if value, ok = words[written]; !ok {
		r.fault(p, "%q is not known; it is one of %s", written, strings.Join(sortedKeys(words), ", "))
	}
	return value, ok
}

// each reads a list of texts, each of which comes once.
func (r *reader) each(p place, read func(place) (string, bool)) (list []string) {
	r.elements(p, func(p place) {
		if written, ok := read(p); ok {
			if slices.Contains(list, written) {
				r.fault(p, "%q is given twice; keep one", written)
			}
			list = append(list, written)
		}
	})
	return list
}

// into makes a take of a reader of values, and of the field that the value goes to.
func into[T any](field *T, read func(place) (T, bool)) take {
	return func(p place) {
		if v, ok := read(p); ok {
			*field = v
		}
	}
}

// atLeast is a reader of whole numbers.
func (r *reader) atLeast(least int) func(place) (int, bool) {
	return func(p place) (int, bool) { return r.number(p, least) }
}

// oneOf is a reader of words.
func oneOf[T any](r *reader, words map[string]T) func(place) (T, bool) {
	return func(p place) (T, bool) { return choice(r, p, words) }
}
