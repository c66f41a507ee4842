package request

import "iter"

// Collect reads a stream to its end and returns the whole answer. It blocks as long as the stream does. Its error is the
// stream's, or one of class truncated where the stream ended without the whole answer.
func Collect(stream iter.Seq2[Chunk, error]) (*Response, error) {
	var pieces Assembler
	var whole *Response
	for chunk, err := range stream {
		if err != nil {
			return nil, err
		}
		if chunk.Response != nil {
			whole = chunk.Response
			continue
		}
		pieces.Add(chunk)
	}
	if whole != nil {
		return whole, nil
	}
	partial := new(Response)
	pieces.Fill(partial)
	return nil, &Error{
		Class: ClassTruncated, MaybeBilled: true, Partial: partial,
		Message: "the stream ended without its last chunk, which carries the response",
	}
}
