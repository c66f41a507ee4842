package source

// Shorten sets another maximum than MaxLine, which no test wants to fill.
func (s *Source) Shorten(longest int) { s.longest = longest }
