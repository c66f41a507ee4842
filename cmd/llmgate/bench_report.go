package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench/measure"
	loadreport "github.com/seed63918563/llmgate/bench/report"
)

// reportFlags say where reports go besides standard output.
type reportFlags struct {
	json, csv, raw, html string
	overwrite            bool
}

func (f *reportFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.json, "json", "", "write the report to this file as JSON, which bench compare reads")
	flags.StringVar(&f.csv, "csv", "", "write the series by second to this file as CSV")
	flags.StringVar(&f.raw, "raw", "", "write each request to this file as a line of JSON, as it ends")
	flags.StringVar(&f.html, "html", "", "write the report to this file as one page with charts, which needs no network")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace these files if they have content")
}

// reportFiles are open before the load begins: a load that was paid for must not end without a place for its report.
type reportFiles struct {
	json, csv, raw, html *os.File // nil for those not asked for
	lines                *bufio.Writer
	record               func(*measure.Record) error // nil without raw
}

func (f *reportFlags) open() (*reportFiles, error) {
	files := &reportFiles{}
	for _, one := range []struct {
		flag, path string
		to         **os.File
	}{{"--json", f.json, &files.json}, {"--csv", f.csv, &files.csv}, {"--raw", f.raw, &files.raw}, {"--html", f.html, &files.html}} {
		if one.path == "" {
			continue
		}
		file, err := create(one.flag, one.path, f.overwrite)
		if err != nil {
			return nil, errors.Join(err, files.close())
		}
		*one.to = file
	}
	if files.raw != nil {
		files.lines = bufio.NewWriter(files.raw)
		files.record = loadreport.Lines(files.lines)
	}
	return files, nil
}

// write writes the report everywhere it is to go. One place that fails does not keep it from the others.
func (f *reportFiles) write(out io.Writer, rep *loadreport.Report) error {
	faults := []error{rep.Text(out)}
	for _, one := range []struct {
		file  *os.File
		write func(io.Writer) error
	}{{f.json, rep.JSON}, {f.csv, rep.CSV}, {f.html, rep.HTML}} {
		if one.file != nil {
			faults = append(faults, one.write(one.file))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("can't write the report: %w", err)
	}
	return nil
}

func (f *reportFiles) close() (err error) {
	if f.lines != nil {
		err = f.lines.Flush()
	}
	for _, file := range []*os.File{f.json, f.csv, f.raw, f.html} {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}
	return err
}
