package schemagen

// goal describes a value that is wanted.
type goal struct {
	all   []*node // each must accept it
	none  []*node // none may accept it
	taken *taken  // it must differ from these
}

func (gl goal) with(n ...*node) goal {
	gl.all = append(gl.all[:len(gl.all):len(gl.all)], n...)
	return gl
}

// at names the place that an error about the goal should point to.
func (gl goal) at() string {
	if len(gl.all) == 0 {
		return "#"
	}
	return gl.all[0].at
}

func (gl goal) endless() bool {
	for _, n := range gl.all {
		if n.endless {
			return true
		}
	}
	return false
}

// fits checks a candidate under both readings.
func (g *generator) fits(gl goal, v *value) bool {
	return g.fitsReading(g.exact, gl, v) && g.fitsReading(g.float, gl, v)
}

func (g *generator) fitsReading(r reading, gl goal, v *value) bool {
	if !g.budget.spend(1) || gl.taken.holds(r, v) {
		return false
	}
	for _, n := range gl.all {
		if !r.accepts(n, v) {
			return false
		}
	}
	for _, n := range gl.none {
		if r.accepts(n, v) {
			return false
		}
	}
	return true
}
