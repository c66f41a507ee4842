package bulk

// LinesUpTo is Lines with another maximum than MaxLine, which no test wants to fill.
var LinesUpTo = lines
