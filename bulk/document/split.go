package document

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/textsplitter"
)

// Splitter cuts a text into chunks by tokens, as estimated, where paragraphs, lines, sentences or words end. It is a
// textsplitter.TextSplitter of langchaingo; any other serves in a Plan as well. It is our own because a document must come
// through whole: langchaingo's RecursiveCharacter drops white space at cuts, and of a text without spaces, such as Chinese, it
// counts each character for a token, which makes the chunks small and takes long.
//
// Each chunk is a piece of the text as it stands. Chunks after the first begin with the end of the one before, the overlap;
// without overlap they add up to the text. The time it takes is linear in the text.
type Splitter struct {
	// ChunkTokens bounds a chunk, overlap included. At least MinChunkTokens.
	ChunkTokens int
	// OverlapTokens bounds what a chunk repeats of the one before; at least half of it is repeated, a word aside. At most half
	// of ChunkTokens.
	OverlapTokens int
}

var _ textsplitter.TextSplitter = Splitter{}

// MinChunkTokens is the least size of a chunk.
const MinChunkTokens = 16

func (s Splitter) validate() error {
	var faults []error
	if s.ChunkTokens < MinChunkTokens {
		faults = append(faults, fmt.Errorf("document: ChunkTokens: %d; give at least %d", s.ChunkTokens, MinChunkTokens))
	}
	if s.OverlapTokens < 0 || s.OverlapTokens > s.ChunkTokens/2 {
		faults = append(faults, fmt.Errorf("document: OverlapTokens: %d; give 0 to half of ChunkTokens, %d", s.OverlapTokens, s.ChunkTokens/2))
	}
	return errors.Join(faults...)
}

// SplitText returns the chunks, which share the text's memory. An empty text has none. It fails on sizes out of bounds.
func (s Splitter) SplitText(text string) (chunks []string, err error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	var atoms []atomEnd
	for start, done := 0, 0; done < len(text); {
		atoms = s.fill(atoms[:0], text, start)
		end := atoms[len(atoms)-1]
		if end.at < len(text) {
			end = best(atoms, end.tokens-s.ChunkTokens/4, done)
		}
		chunks = append(chunks, text[start:end.at])
		if done = end.at; done < len(text) {
			start = s.back(atoms, end, text[done:])
		}
	}
	return chunks, nil
}

// fill measures atoms from start on until the next one would not fit.
func (s Splitter) fill(atoms []atomEnd, text string, start int) []atomEnd {
	total := 0
	for at := start; at < len(text); {
		size, tokens, rank := nextAtom(text[at:])
		if total+tokens > s.ChunkTokens {
			break
		}
		total += tokens
		at += size
		atoms = append(atoms, atomEnd{at: at, tokens: total, rank: rank})
	}
	return atoms
}

// best is the last of the best places to cut, among those with at least so many tokens before them, and beyond what is done.
func best(atoms []atomEnd, least, done int) atomEnd {
	found := atoms[len(atoms)-1]
	for i := len(atoms) - 1; i >= 0 && atoms[i].tokens >= least && atoms[i].at > done; i-- {
		if atoms[i].rank > found.rank {
			found = atoms[i]
		}
	}
	return found
}

// back is where the next chunk begins: the best place that leaves the overlap between half and all of what was asked for, and
// room for what follows.
func (s Splitter) back(atoms []atomEnd, end atomEnd, rest string) int {
	_, next, _ := nextAtom(rest)
	most := min(s.OverlapTokens, s.ChunkTokens-next)
	found := end
	for _, a := range slices.Backward(atoms) {
		overlap := end.tokens - a.tokens
		if overlap > most {
			break
		}
		if a.at < end.at && (found.at == end.at || 2*overlap <= most || a.rank >= found.rank) {
			found = a
		}
	}
	return found.at
}
