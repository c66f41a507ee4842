package schemagen

// wholeBudget lets a schema of some thousand properties pass and stops an
// exponential one within about a second.
const wholeBudget = 500_000

// budget bounds the work of one Generate call, so that no schema can hang it.
type budget struct{ left int }

// spend reports whether there is still budget after n more steps.
func (b *budget) spend(n int) bool {
	b.left -= n
	return b.left >= 0
}

func (b *budget) spent() bool { return b.left < 0 }
