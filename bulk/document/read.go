package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// images are the kinds that go to a model as they are.
var images = []string{".png", ".jpg", ".jpeg", ".webp", ".gif"}

func extension(file string) string { return strings.ToLower(filepath.Ext(file)) }

func (s *Source) known(file string) bool {
	ext := extension(file)
	return s.loaders[ext] != nil || slices.Contains(images, ext)
}

// read fills in a document from its file.
func (s *Source) read(ctx context.Context, doc Document) Document {
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.Timeout, fmt.Errorf("reading took longer than %s; raise Timeout", s.cfg.Timeout))
	defer cancel()
	data, err := s.bytes(doc.Path)
	if err != nil {
		doc.Err = err
		return doc
	}
	ext := extension(doc.Path)
	load := s.loaders[ext]
	switch {
	case load == nil && slices.Contains(images, ext):
		doc.Media, doc.Err = image(data)
		return doc
	case load == nil:
		load = loadText
	}
	doc.Text, doc.Err = s.text(ctx, load, data)
	return doc
}

// image takes the media type from the bytes, as providers refuse an image that is not what it says.
func image(data []byte) ([]request.Part, error) {
	kind := http.DetectContentType(data)
	if !strings.HasPrefix(kind, "image/") {
		return nil, fmt.Errorf("not an image but %s", kind)
	}
	return []request.Part{request.ImagePart{Data: data, MediaType: kind}}, nil
}

// bytes reads a whole file within the bound.
func (s *Source) bytes(file string) ([]byte, error) {
	info, err := os.Stat(file) // before it is opened, which would wait at a pipe
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > s.cfg.MaxBytes:
		return nil, s.tooLarge()
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, s.cfg.MaxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > s.cfg.MaxBytes:
		return nil, s.tooLarge()
	case len(data) == 0:
		return nil, errors.New("empty")
	}
	return data, nil
}

func (s *Source) tooLarge() error {
	return fmt.Errorf("larger than %d bytes; raise MaxBytes or split the file", s.cfg.MaxBytes)
}

// text is all that a loader finds. Loaders read foreign bytes with foreign code: a panic is the file's fault, and a loader
// that goes in circles is stopped at its next read.
func (s *Source) text(ctx context.Context, load NewLoader, data []byte) (text string, err error) {
	defer func() {
		p := recover()
		if cause := context.Cause(ctx); cause != nil {
			text, err = "", cause
		} else if p != nil {
			text, err = "", fmt.Errorf("broken: %v; write it anew with the program that made it", p)
		}
	}()
	docs, err := load(&watched{ctx, bytes.NewReader(data)}, int64(len(data))).Load(ctx)
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, d := range docs {
		if all.Len() > 0 {
			all.WriteString("\n\n")
		}
		all.WriteString(d.PageContent)
	}
	switch {
	case int64(all.Len()) > s.cfg.MaxBytes:
		return "", s.tooLarge()
	case strings.TrimSpace(all.String()) == "":
		return "", errors.New("no text in it; scanned pages must be recognised (OCR) or given as images")
	}
	return strings.ToValidUTF8(all.String(), "\uFFFD"), nil
}

// watched fails when its context has ended.
type watched struct {
	ctx context.Context
	r   io.ReaderAt
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.r.ReadAt(p, off)
}
