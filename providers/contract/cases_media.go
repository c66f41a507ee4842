package contract

import (
	"encoding/base64"
	"errors"

	"github.com/seed63918563/llmgate/request"
)

// mediaCases are questions about more than text.
var mediaCases = []check{
	{name: "image", needs: []Feature{Vision}, run: imageBytes},
	{name: "image by URL", needs: []Feature{ImageURL}, run: imageByURL},
	{name: "PDF", needs: []Feature{PDF}, run: pdfBytes},
	{name: "audio", needs: []Feature{Audio}, run: audioBytes},
	{name: "image from a tool", needs: []Feature{Tools, ToolImages}, run: imageFromTool},
}

// png is an image of one pixel, pdf and wav are the beginnings of such files; nobody looks inside.
var (
	png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89")
	pdf = []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n")
	wav = []byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
)

func imageBytes(s *stage) error {
	req := ask("What is it?")
	addParts(request.ImagePart{Data: png}, request.TextPart{Text: " And what is that?"}, request.ImagePart{Data: png, MediaType: "image/png"})(&req)
	return s.answers(setting{Config: says("A dot.")}, req, func(_ *request.Response, p *Provider) error {
		return errors.Join(
			want("the number of images that arrived", p.last().Images, 2),
			want("the question as it arrived", p.last().Text, "What is it? And what is that?"),
			s.carries(p, base64.StdEncoding.EncodeToString(png)),
		)
	})
}

func imageByURL(s *stage) error {
	req := ask("What is it?")
	probes[ImageURL].change(&req)
	return s.answers(setting{Config: says("A cat.")}, req, func(_ *request.Response, p *Provider) error {
		return errors.Join(
			want("the number of images that arrived", p.last().Images, 1),
			s.carries(p, "https://images.example/cat.png"),
		)
	})
}

func pdfBytes(s *stage) error {
	req := ask("What does it say?")
	probes[PDF].change(&req)
	return s.answers(setting{Config: says("Nothing.")}, req, func(_ *request.Response, p *Provider) error {
		return errors.Join(
			want("the number of files that arrived", p.last().Files, 1),
			s.carries(p, base64.StdEncoding.EncodeToString(pdf)),
		)
	})
}

func audioBytes(s *stage) error {
	req := ask("What does it say?")
	probes[Audio].change(&req)
	return s.answers(setting{Config: says("Hello.")}, req, func(_ *request.Response, p *Provider) error {
		return s.carries(p, base64.StdEncoding.EncodeToString(wav))
	})
}

func imageFromTool(s *stage) error {
	req := ask("What is it?")
	probes[ToolImages].change(&req)
	return s.answers(setting{Config: says("A dot.")}, req, func(_ *request.Response, p *Provider) error {
		return errors.Join(
			want("the number of results that arrived", len(p.last().Results), 2),
			s.carries(p, "See here.", base64.StdEncoding.EncodeToString(png)),
		)
	})
}
