package openai

import (
	"encoding/base64"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// images takes pictures that a model made: a list of image_url parts.
func (a *chat) images(raw []byte, out dialect.Emit) {
	if len(raw) == 0 || raw[0] != '[' {
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	r.Array()
	for r.More() {
		if part, ok := readImage(r); ok {
			a.AddPart(part, out)
		}
	}
}

func readImage(r *jsontext.Reader) (part request.ImagePart, ok bool) {
	for key := range r.Fields() {
		if string(key) != "image_url" {
			r.Skip()
			continue
		}
		part, ok = imageFrom(readImageURL(r))
	}
	return part, ok
}

// readImageURL reads {"url":…,"detail":…}, or the address alone.
func readImageURL(r *jsontext.Reader) (address, detail string) {
	if r.Kind() == jsontext.String {
		return r.String(), ""
	}
	for key := range r.Fields() {
		switch string(key) {
		case "url":
			address = r.String()
		case "detail":
			detail = r.String()
		default:
			r.Skip()
		}
	}
	return address, detail
}

func imageFrom(address, detail string) (request.ImagePart, bool) {
	if mediaType, data, ok := dialect.CutDataURL(address); ok {
		return request.ImagePart{Data: data, MediaType: mediaType, Detail: detail}, true
	}
	return request.ImagePart{URL: address, Detail: detail}, address != ""
}

// audio takes sound that a model made, with its transcript.
func (a *chat) audio(raw []byte) {
	if len(raw) == 0 || raw[0] != '{' {
		return
	}
	r := new(jsontext.Reader)
	r.Reset(raw)
	for key := range r.Fields() {
		switch string(key) {
		case "data":
			if data, err := base64.StdEncoding.DecodeString(r.String()); err == nil {
				a.AddSound("", data, "")
			}
		case "transcript":
			a.AddSound("", nil, r.String())
		default:
			r.Skip()
		}
	}
}
