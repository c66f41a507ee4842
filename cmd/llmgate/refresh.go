package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/seed63918563/llmgate/pricing"
)

// The bounds of a fetched table, which is a few hundred kilobytes.
const (
	maxTable     = 8 << 20
	tableTimeout = 30 * time.Second
)

// refresh fetches a table and keeps it for later runs. Whatever goes wrong, the table of before stays.
func (a *app) refresh(ctx context.Context, url string) error {
	path, err := a.snapshot()
	if err != nil {
		return err
	}
	text, err := fetch(ctx, url)
	if err != nil {
		return err
	}
	next, err := pricing.Parse(string(text))
	if err != nil {
		return fmt.Errorf("%s is no table of models: %w", url, err)
	}
	before := a.fetchedTable()
	if err := before.CheckUpdate(next, a.now()); err != nil {
		return fmt.Errorf("the table at %s looks wrong: %w", url, err)
	}
	if newest(next) < newest(before) {
		return fmt.Errorf("the table at %s, of %q, is older than the one in use, of %s", url, newest(next), newest(before))
	}
	if err := replaceFile(path, text); err != nil {
		return err
	}
	models := 0
	for range next.Models() {
		models++
	}
	fmt.Fprintf(a.err, "llmgate: %s models of %s, in use from now on\n", grouped(models), newest(next))
	return nil
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, tableTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", url, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxTable+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", url, err)
	case len(text) > maxTable:
		return nil, fmt.Errorf("%s holds more than %d MB", url, maxTable>>20)
	}
	return text, nil
}

// replaceFile writes a file in one step, so that a run beside this one reads the old or the new.
func replaceFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "models-*.txt")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // which is gone if all went well
	_, err = f.Write(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
