package document

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tmc/langchaingo/documentloaders"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// loadHTML reads what a browser shows: the text without scripts and styles, a line for each block. The encoding is the one the
// page declares. A tokenizer serves, as no structure is needed and it is not led astray by what is nested or never closed.
func loadHTML(r io.ReaderAt, size int64) documentloaders.Loader {
	return loaderFunc(func(context.Context) (string, error) {
		decoded, err := charset.NewReader(io.NewSectionReader(r, 0, size), "text/html")
		if err != nil {
			return "", err
		}
		var p page
		for z := html.NewTokenizer(decoded); ; {
			if z.Next() == html.ErrorToken {
				if errors.Is(z.Err(), io.EOF) {
					return p.text(), nil
				}
				return "", z.Err()
			}
			p.take(z.Token())
		}
	})
}

// page writes the text of a page while it is read.
type page struct {
	out strings.Builder
	// newlines and space are due before the next word.
	newlines int
	space    bool
	// silent: the text that follows is not to be shown; pre is how many preformatted blocks are open.
	silent bool
	pre    int
}

func (p *page) text() string { return p.out.String() }

func (p *page) take(t html.Token) {
	switch t.Type {
	case html.TextToken:
		if !p.silent {
			p.write(t.Data)
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		p.silent = unseen[t.DataAtom]
		p.layOut(t.DataAtom, true)
	case html.EndTagToken:
		p.silent = false
		p.layOut(t.DataAtom, false)
	}
}

// unseen are elements whose text is not shown. The tokenizer takes all up to the end tag of each for one text.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Iframe: true, atom.Noembed: true, atom.Noframes: true,
}

// blocks are how many line ends stand at least around an element.
var blocks = map[atom.Atom]int{
	atom.P: 2, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.H5: 2, atom.H6: 2, atom.Pre: 2, atom.Blockquote: 2,
	atom.Table: 2, atom.Ul: 2, atom.Ol: 2, atom.Dl: 2, atom.Hr: 2, atom.Title: 2, atom.Figure: 2,
	atom.Section: 2, atom.Article: 2, atom.Header: 2, atom.Footer: 2, atom.Main: 2, atom.Nav: 2, atom.Aside: 2,
	atom.Div: 1, atom.Li: 1, atom.Tr: 1, atom.Dt: 1, atom.Dd: 1, atom.Br: 1, atom.Option: 1, atom.Form: 1, atom.Address: 1,
	atom.Caption: 1, atom.Figcaption: 1, atom.Summary: 1, atom.Details: 1,
}

func (p *page) layOut(element atom.Atom, start bool) {
	switch {
	case element == atom.Br && p.pre > 0:
		p.newlines++
	case (element == atom.Td || element == atom.Th) && start:
		p.space = true
	case element == atom.Pre && start:
		p.pre++
	case element == atom.Pre:
		p.pre = max(0, p.pre-1)
	}
	p.newlines = max(p.newlines, blocks[element])
	if element == atom.Li && start {
		p.write("- ")
	}
}

// write adds text, with each run of white space as one space, except in a preformatted block.
func (p *page) write(s string) {
	if p.pre > 0 {
		if s != "" {
			p.breakLine()
			p.out.WriteString(s)
		}
		return
	}
	for i, word := range strings.Fields(s) {
		p.space = p.space || i > 0 || strings.IndexByte(" \t\r\n\f", s[0]) >= 0
		p.breakLine()
		p.out.WriteString(word)
	}
	if s != "" && strings.IndexByte(" \t\r\n\f", s[len(s)-1]) >= 0 {
		p.space = true
	}
}

// breakLine writes the white space that is due.
func (p *page) breakLine() {
	switch {
	case p.out.Len() == 0:
	case p.newlines > 0:
		p.out.WriteString("\n\n"[:min(p.newlines, 2)])
	case p.space:
		p.out.WriteByte(' ')
	}
	p.newlines, p.space = 0, false
}
