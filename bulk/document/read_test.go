package document_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/documentloaders"
	"github.com/tmc/langchaingo/schema"

	"github.com/seed63918563/llmgate/bulk/document"
	"github.com/seed63918563/llmgate/request"
)

const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"

// read reads one file of a name and content.
func read(t *testing.T, name, content string) document.Document {
	t.Helper()
	folder(t, map[string]string{name: content})
	docs := open(t, document.Config{Paths: []string{name}, MaxBytes: 1 << 20})
	if len(docs) != 1 || docs[0].Name != name || docs[0].Path != name {
		t.Fatalf("found %+v", docs)
	}
	return docs[0]
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.txt", "Zeile\r\nein Ärger\n", "Zeile\r\nein Ärger\n"},
		{"a.txt", "x", "x"},
		{"a.TXT", "\ufeffmarked", "marked"},
		{"a.md", "\xff\xfea\x00\xe4\x00", "aä"},
		{"a.txt", "\xfe\xff\x00a\x00\xe4", "aä"},
		{"noext", "plain", "plain"},
		{"a.csv", "name,age\nAda,36\n\"a\nb\",\n", "name: Ada\nage: 36\n\nname: a\nb\nage: "},
		{"a.csv", "\ufeffname\nAda\n", "name: Ada"},
		{"a.html", "<title>T</title><h1>H</h1><p>one <b>bold</b>word\n<p>two<br>lines<ul><li>a<li>b</ul>", "T\n\nH\n\none boldword\n\ntwo\nlines\n\n- a\n- b"},
		{"a.htm", "<script>if (a<b) x()</script><style>p{}</style><p>a &lt; b &amp; c</p><noscript>on</noscript>", "a < b & c"},
		{"a.html", "<pre>  func f() {\n\treturn\n}</pre>after", "  func f() {\n\treturn\n}\n\nafter"},
		{"a.html", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a b\nc d"},
		{"a.html", "<meta charset=iso-8859-1><p>\xe4", "ä"},
		{"a.html", "<p>never <b closed", "never"},
		{"a.docx", string(docxOf(`<w:p><w:r><w:t>Hello </w:t></w:r><w:r><w:t>World</w:t><w:br/><w:t>line</w:t></w:r></w:p><w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:tab/><w:t>&lt;two&gt;</w:t></w:r></w:p>`)), "Hello World\nline\n\t<two>\n"},
		{"a.docx", string(docxOf(`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl><mc:AlternateContent><mc:Choice><w:t>new</w:t></mc:Choice><mc:Fallback><w:t>old</w:t></mc:Fallback></mc:AlternateContent>`)), "a\n\tnew"},
		{"a.pdf", string(pdfOf("one", "two")), "one\n\ntwo"},
		{"a.pdf", string(pdfOf("\001", "\002", "none", "\001\002")), "A\n\nA\n\nnone\n\n\001\002"},
	} {
		doc := read(t, c.name, c.content)
		if diff := cmp.Diff(c.want, doc.Text); diff != "" || doc.Err != nil {
			t.Errorf("%s of %.60q: error %v, text %s", c.name, c.content, doc.Err, diff)
		}
	}
}

func TestBadFiles(t *testing.T) {
	whole := string(pdfOf("page"))
	for _, c := range []struct{ name, content, want string }{
		{"a.txt", "", "empty"},
		{"a.txt", " \n", "no text in it"},
		{"a.txt", "\x7fELF\x01\x00\x00", "not text in UTF-8"},
		{"a.md", "caf\xe9", "iconv"},
		{"a.csv", "a,b\n1\n", "wrong number of fields"},
		{"a.csv", "a,b\n", "no text in it"},
		{"a.html", "<script>only()</script>", "no text in it"},
		{"a.txt", strings.Repeat("x", 1<<20+1), "larger than 1048576 bytes; raise MaxBytes"},
		{"a.png", "not a picture", "not an image"},
		{"a.pdf", "%PDF-1.4", "broken PDF"},
		{"a.pdf", "no PDF at all", "broken PDF"},
		{"a.pdf", whole[:len(whole)/2], "broken PDF"},
		{"a.pdf", strings.Replace(whole, "/Type/Pages", "/Type/Cages", 1), "no text in it"},
		{"a.pdf", strings.Replace(whole, "startxref\n", "startxref\n9", 1), "broken PDF"},
		{"a.pdf", strings.Replace(whole, "0 6\n", "999999999 6\n", 1), "broken PDF: its table of objects says 999999999"},
		{"a.pdf", strings.Replace(whole, "/Count 1         ", "/Count 9999999999", 1), "broken PDF: it claims 9999999999 pages"},
		{"a.pdf", strings.Replace(whole, "Tj", "T*", 1), "no text in it; scanned pages"},
		{"a.pdf", strings.Replace(whole, "trailer\n<<", "trailer\n<</Encrypt<</Filter/None>>", 1), "encrypted PDF; remove its password"},
		{"a.docx", "PK", "broken .docx"},
		{"a.docx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted, or in Word's old binary form"},
		{"a.docx", string(docxOf("<w:p>")), "broken .docx: word/document.xml"},
		{"a.docx", strings.ReplaceAll(string(docxOf("")), "word/document.xml", "xl/workbook.xml__"), "not a Word file"},
		{"a.docx", string(bomb()), "unpacks to more than"},
	} {
		doc := read(t, c.name, c.content)
		if doc.Err == nil || !strings.Contains(doc.Err.Error(), c.want) || doc.Text != "" || doc.Media != nil {
			t.Errorf("%s of %.60q: text %.60q, error %v, which should say %q", c.name, c.content, doc.Text, doc.Err, c.want)
		}
	}
}

func TestImages(t *testing.T) {
	for name, content := range map[string]string{
		"a.png": png, "a.JPG": "\xff\xd8\xff\xe0", "a.jpeg": "\xff\xd8\xff\xe0", "a.gif": "GIF89a", "a.webp": "RIFF\x00\x00\x00\x00WEBPVP8 ",
	} {
		doc := read(t, name, content)
		if doc.Err != nil || len(doc.Media) != 1 {
			t.Errorf("%s: %v", name, doc.Err)
			continue
		}
		kind := strings.Replace(strings.ToLower(name[2:]), "jpg", "jpeg", 1)
		if diff := cmp.Diff(request.ImagePart{Data: []byte(content), MediaType: "image/" + kind}, doc.Media[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestVanishedFile(t *testing.T) {
	folder(t, map[string]string{"d/a.txt": "a", "d/b.txt": "b"})
	s, err := document.Open(document.Config{Paths: []string{"d"}})
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	for doc := range s.Documents(t.Context()) {
		errs = append(errs, doc.Err)
		if err := os.RemoveAll("d"); err != nil {
			t.Fatal(err)
		}
	}
	if len(errs) != 2 || errs[0] != nil || !errors.Is(errs[1], fs.ErrNotExist) {
		t.Errorf("errors %v", errs)
	}
}

// loader is one of a user's own.
type loader struct {
	documentloaders.Loader
	read func()
}

func (l loader) Load(ctx context.Context) ([]schema.Document, error) {
	l.read()
	return l.Loader.Load(ctx)
}

func own(read func(r io.ReaderAt)) map[string]document.NewLoader {
	return map[string]document.NewLoader{".own": func(r io.ReaderAt, size int64) documentloaders.Loader {
		return loader{documentloaders.NewText(io.NewSectionReader(r, 0, size)), func() { read(r) }}
	}}
}

func TestOwnLoaders(t *testing.T) {
	folder(t, map[string]string{"d/a.own": "mine"})
	docs := open(t, document.Config{Paths: []string{"d"}, Loaders: own(func(io.ReaderAt) {})})
	if len(docs) != 1 || docs[0].Text != "mine" {
		t.Errorf("found %+v", docs)
	}
	docs = open(t, document.Config{Paths: []string{"d"}, Loaders: own(func(io.ReaderAt) { panic("bug") })})
	if len(docs) != 1 || docs[0].Err == nil || !strings.Contains(docs[0].Err.Error(), "broken: bug") {
		t.Errorf("after a panic: %+v", docs)
	}
}

// A loader that goes in circles is stopped at a read.
func TestTimeout(t *testing.T) {
	folder(t, map[string]string{"d/a.own": "mine", "d/b.txt": "next"})
	endless := own(func(r io.ReaderAt) {
		for {
			if _, err := r.ReadAt(make([]byte, 1), 0); err != nil {
				panic(err)
			}
		}
	})
	docs := open(t, document.Config{Paths: []string{"d"}, Loaders: endless, Timeout: time.Millisecond})
	if len(docs) != 2 || docs[0].Err == nil || !strings.Contains(docs[0].Err.Error(), "longer than 1ms") {
		t.Errorf("found %+v", docs)
	}
}

// A PDF whose tree of pages leads back to itself.
func TestEndlessPDF(t *testing.T) {
	circle := bytes.Replace(pdfOf("page"), []byte("/Kids[3 0 R ]/Count 1 "), []byte("/Kids[2 0 R ]/Count 1 "), 1)
	folder(t, map[string]string{"a.pdf": string(circle)})
	docs := open(t, document.Config{Paths: []string{"a.pdf"}, Timeout: 10 * time.Millisecond})
	if len(docs) != 1 || docs[0].Err == nil || !strings.Contains(docs[0].Err.Error(), "longer than 10ms") {
		t.Errorf("found %+v", docs)
	}
}
