package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

func TestStandardInputReadsTheFile(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("some line\n", 50_000)
	go func() {
		io.WriteString(w, text)
		w.Close()
	}()
	in := newStandardInput(r)
	got, err := io.ReadAll(in)
	if err != nil || string(got) != text {
		t.Errorf("read %d bytes of %d, %v", len(got), len(text), err)
	}
	info, err := in.Stat()
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("got %v, %v; want the mode of a pipe", info, err)
	}
	r.Close()
}

func TestStandardInputPassesErrorsOn(t *testing.T) {
	closed, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	w.Close()
	if _, err := io.ReadAll(newStandardInput(closed)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestStandardInputIsNotReadBeforeItIsWanted(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "kept")
	w.Close()
	newStandardInput(r).Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, []byte("kept")) {
		t.Errorf("the file still held %q, %v", got, err)
	}
	r.Close()
}

func TestCloseOfStandardInputEndsAWaitingRead(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in := newStandardInput(r)
	io.WriteString(w, "x")
	if _, err := in.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	waited := make(chan error)
	go func() {
		_, err := in.Read(make([]byte, 1))
		waited <- err
	}()
	in.Close()
	if err := <-waited; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
	w.Close() // so that the goroutine that reads the file ends
	r.Close()
}
