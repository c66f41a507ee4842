package schemagen

// taken holds the items of an array whose items must differ, by their
// canonical spellings.
type taken struct{ exact, float map[string]bool }

func newTaken() *taken {
	return &taken{exact: map[string]bool{}, float: map[string]bool{}}
}

func (t *taken) add(g *generator, v *value) {
	if t != nil {
		t.exact[g.exact.canonical(v)] = true
		t.float[g.float.canonical(v)] = true
	}
}

func (t *taken) holds(r reading, v *value) bool {
	switch {
	case t == nil:
		return false
	case r.exact:
		return t.exact[r.canonical(v)]
	}
	return t.float[r.canonical(v)]
}
