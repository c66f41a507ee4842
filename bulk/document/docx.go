package document

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tmc/langchaingo/documentloaders"
)

// bodyName is the part of a Word file that holds its text. Headers, footers, notes and comments stand in others and are left
// out.
const bodyName = "word/document.xml"

// maxUnpacked bounds what is unpacked, as a few bytes can be packed that become gigabytes.
const maxUnpacked = DefaultMaxBytes

// loadDOCX reads the paragraphs of a Word file (Office Open XML, ECMA-376 part 1, section 17).
func loadDOCX(r io.ReaderAt, size int64) documentloaders.Loader {
	return loaderFunc(func(context.Context) (string, error) {
		if encryptedOffice(r) {
			return "", errors.New("encrypted, or in Word's old binary form; save it as .docx without a password")
		}
		archive, err := zip.NewReader(r, size)
		if err != nil {
			return "", fmt.Errorf("broken .docx: %w", err)
		}
		body, err := archive.Open(bodyName)
		if err != nil {
			return "", fmt.Errorf("not a Word file: %w", err)
		}
		defer body.Close()
		if info, err := body.Stat(); err != nil || info.Size() > maxUnpacked { // reading fails at more than the size stated
			return "", fmt.Errorf("unpacks to more than %d bytes; split the file", maxUnpacked)
		}
		text, err := paragraphs(body)
		if err != nil {
			return "", fmt.Errorf("broken .docx: %s: %w", bodyName, err)
		}
		return text, nil
	})
}

// encryptedOffice tells the container that Office puts an encrypted file in, which is also that of its old formats.
func encryptedOffice(r io.ReaderAt) bool {
	magic := make([]byte, 8)
	_, err := r.ReadAt(magic, 0)
	return err == nil && bytes.Equal(magic, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// paragraphs reads the text of a document part: a line for each paragraph, with tabs and breaks. The text that a change
// deleted (w:delText) is not read, nor the older form of a drawing that stands beside the newer (mc:Fallback).
func paragraphs(r io.Reader) (string, error) {
	var out strings.Builder
	inText := false
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		} else if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			switch t.Name.Local {
			case "tab":
				out.WriteByte('\t')
			case "br", "cr":
				out.WriteByte('\n')
			case "Fallback", "pPr":
				if err := d.Skip(); err != nil {
					return "", err
				}
			}
		case xml.CharData:
			if inText {
				out.Write(t)
			}
		case xml.EndElement:
			inText = false
			switch t.Name.Local {
			case "p":
				out.WriteByte('\n')
			case "tc":
				out.WriteByte('\t')
			}
		}
	}
}
