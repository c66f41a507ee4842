package ledger

// Hold gives the hold itself, to be ended like any other.
func (u Unknown) Hold() *Hold { return u.hold }
