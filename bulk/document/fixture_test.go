package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/bulk/document"
)

// pdfOf writes a PDF with a page for each text, its objects and their table as the standard has them. Each page has a font of
// the same name and of its own encoding, in which the letter A is drawn for the byte that is the number of the page. Tests damage it in
// places that keep their length, as the table says where everything is.
func pdfOf(pages ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", ""}
	var kids strings.Builder
	for i, text := range pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		content := fmt.Sprintf("BT /F1 12 Tf 72 720 Td (%s) Tj ET", text)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</Font<</F1 %d 0 R>>>>>>", n+1, n+2),
			fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
			fmt.Sprintf("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[%d/A]>>>>", i+1))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %-10d>>", kids.String(), len(pages))
	var out, table bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := out.Len()
	fmt.Fprintf(&out, "%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", table.String(), len(objects)+1, at)
	return out.Bytes()
}

// docxOf writes a Word file with a body.
func docxOf(body string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("word/document.xml")
	if err == nil {
		_, err = fmt.Fprintf(w, `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" `+
			`xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>%s</w:body></w:document>`, body)
	}
	if err != nil || z.Close() != nil {
		panic("writing to memory failed")
	}
	return out.Bytes()
}

// bomb writes a Word file whose body says that it unpacks to more than is read.
func bomb() []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	_, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, UncompressedSize64: document.DefaultMaxBytes + 1})
	if err != nil || z.Close() != nil {
		panic("writing to memory failed")
	}
	return out.Bytes()
}

// folder writes files below a new folder, in which the test then runs.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, cfg document.Config) []document.Document {
	t.Helper()
	s, err := document.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return all(t, t.Context(), s)
}

func all(t *testing.T, ctx context.Context, s *document.Source) (docs []document.Document) {
	t.Helper()
	for doc, err := range s.Documents(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return docs
}
