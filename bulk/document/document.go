// Package document makes questions of files: it finds documents in folders, reads their text, splits what is long, asks about
// each piece and combines the answers, level by level if it must be. Use it for files of txt, md, html, pdf, csv and docx, and
// for images that a model with eyes can read. Files of ready-made prompts are package bulk's business.
//
// Nothing here sends anything: [Processor.Process] hands each question to a function of the caller, always the same questions
// with the same ids for the same document and answers, so that a caller who remembers answers pays for none twice.
package document

import (
	"errors"
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

// Document is one file, or the reason why there is nothing of it.
type Document struct {
	// Name is the path that was given, cleaned, and what was found below it, with slashes. It is the document's id: unique in a
	// source, and the same in every run with the same paths from the same place.
	Name string
	// Path is where the file is.
	Path string
	// Text is what can be read of it, in UTF-8.
	Text string
	// Media is what goes to the model as it is: an image.
	Media []request.Part
	// Err is why there is no document; what wraps ErrSkipped was left out on purpose.
	Err error
}

// ErrSkipped marks what a source found and left out: hidden files, links to folders, kinds it does not know.
var ErrSkipped = errors.New("skipped")

func skipped(reason string) error { return fmt.Errorf("%w: %s", ErrSkipped, reason) }
