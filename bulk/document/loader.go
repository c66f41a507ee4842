package document

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/tmc/langchaingo/documentloaders"
	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/textsplitter"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// NewLoader makes a loader, one of langchaingo's or of one's own, for a file of a number of bytes. What the loader finds is
// joined, with a blank line between its documents.
type NewLoader func(r io.ReaderAt, size int64) documentloaders.Loader

// builtin are the loaders by extension. Of langchaingo's own we take two. Its loader of HTML gives out scripts as text, glues
// paragraphs together and loses what stands between signs such as <; its loader of PDF decodes all pages with the fonts
// of the first that had one of the same name. Those are written anew on the libraries that it has them from.
var builtin = map[string]NewLoader{
	".txt": loadText, ".text": loadText, ".md": loadText, ".markdown": loadText,
	".csv":  loadCSV,
	".html": loadHTML, ".htm": loadHTML, ".xhtml": loadHTML,
	".pdf":  loadPDF,
	".docx": loadDOCX,
}

func loadText(r io.ReaderAt, size int64) documentloaders.Loader {
	return documentloaders.NewText(plain(r, size))
}

// loadCSV reads a table with a header: each row is a paragraph with "column: value" in each line.
func loadCSV(r io.ReaderAt, size int64) documentloaders.Loader {
	return documentloaders.NewCSV(plain(r, size))
}

// loaderFunc is a loader of text from a file's bytes.
type loaderFunc func(ctx context.Context) (string, error)

// Load gives the text as one document.
func (f loaderFunc) Load(ctx context.Context) ([]schema.Document, error) {
	text, err := f(ctx)
	if err != nil {
		return nil, err
	}
	return []schema.Document{{PageContent: text}}, nil
}

// LoadAndSplit is of langchaingo's interface; here splitting comes later.
func (f loaderFunc) LoadAndSplit(ctx context.Context, by textsplitter.TextSplitter) ([]schema.Document, error) {
	docs, err := f.Load(ctx)
	if err != nil {
		return nil, err
	}
	return textsplitter.SplitDocuments(by, docs)
}

// plain reads text in UTF-8, or in UTF-16 with a byte order mark, without the mark. It fails on anything else.
func plain(r io.ReaderAt, size int64) io.Reader {
	return textOnly{transform.NewReader(io.NewSectionReader(r, 0, size), unicode.BOMOverride(encoding.UTF8Validator))}
}

// textOnly fails at what no text has.
type textOnly struct{ r io.Reader }

var errNotText = errors.New("not text in UTF-8: a file of another kind or encoding; convert it, such as with iconv -t UTF-8")

func (t textOnly) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if errors.Is(err, encoding.ErrInvalidUTF8) || bytes.IndexByte(p[:n], 0) >= 0 {
		return 0, errNotText
	}
	return n, err
}
