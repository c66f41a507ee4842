package main

import (
	"io"
	"os"
	"sync"
)

// standardInput is the process's standard input with a Close that ends a waiting Read, which closing the file itself does
// not do on a terminal or an inherited pipe. The price is a goroutine that waits in the Read for as long as the process
// lives; it begins with the first Read.
type standardInput struct {
	*io.PipeReader
	file  *os.File
	begin func()
}

func newStandardInput(f *os.File) *standardInput {
	r, w := io.Pipe()
	return &standardInput{PipeReader: r, file: f, begin: sync.OnceFunc(func() {
		go func() {
			_, err := io.Copy(w, f)
			w.CloseWithError(err)
		}()
	})}
}

func (s *standardInput) Read(p []byte) (int, error) {
	s.begin()
	return s.PipeReader.Read(p)
}

// Stat tells which file it is, so that it is not written over.
func (s *standardInput) Stat() (os.FileInfo, error) { return s.file.Stat() }
