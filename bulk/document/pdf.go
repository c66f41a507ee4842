package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ledongthuc/pdf"
	"github.com/tmc/langchaingo/documentloaders"
	"github.com/tmc/langchaingo/schema"
	"github.com/tmc/langchaingo/textsplitter"
)

var errEncrypted = errors.New("encrypted PDF; remove its password, such as with qpdf --decrypt")

// pdfLoader reads the text of a PDF, a document for each page that has some.
type pdfLoader struct {
	r    io.ReaderAt
	size int64
}

func loadPDF(r io.ReaderAt, size int64) documentloaders.Loader { return pdfLoader{r, size} }

// Load fails on a file that is broken or encrypted. The text of a page is in the order in which the file draws it.
func (l pdfLoader) Load(ctx context.Context) (pages []schema.Document, err error) {
	if err := checkTable(l.r, l.size); err != nil {
		return nil, brokenPDF(err)
	}
	r, err := pdf.NewReader(l.r, l.size)
	if err != nil {
		return nil, brokenPDF(err)
	}
	count := r.NumPage()
	if int64(count) > l.size {
		return nil, brokenPDF(fmt.Errorf("it claims %d pages", count))
	}
	var total int64
	for n := 1; n <= count && ctx.Err() == nil; n++ {
		text, err := r.Page(n).GetPlainText(nil)
		if err != nil {
			return nil, brokenPDF(fmt.Errorf("page %d: %w", n, err))
		}
		if total += int64(len(text)); total > maxUnpacked {
			return nil, fmt.Errorf("unpacks to more than %d bytes; split the file", maxUnpacked)
		}
		if text = strings.TrimSpace(text); text != "" {
			pages = append(pages, schema.Document{PageContent: text, Metadata: map[string]any{"page": n, "total_pages": count}})
		}
	}
	return pages, ctx.Err()
}

// LoadAndSplit is of langchaingo's interface; here splitting comes later.
func (l pdfLoader) LoadAndSplit(ctx context.Context, by textsplitter.TextSplitter) ([]schema.Document, error) {
	pages, err := l.Load(ctx)
	if err != nil {
		return nil, err
	}
	return textsplitter.SplitDocuments(by, pages)
}

func brokenPDF(err error) error {
	if errors.Is(err, pdf.ErrInvalidPassword) || strings.Contains(err.Error(), "encrypt") {
		return errEncrypted
	}
	return fmt.Errorf("broken PDF: %w; write it anew with the program that made it", err)
}
