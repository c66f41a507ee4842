package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk/schema"
	"github.com/seed63918563/llmgate/request"
)

// checkFlags say which answers are good.
type checkFlags struct {
	schemaFile, check string
	repairs           int
}

func (f *checkFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.schemaFile, "schema", "", "file with a JSON Schema: the model is asked for JSON of that form, and held to it")
	cmd.Flags().StringVar(&f.check, "check", "", `template that writes something for a good answer, such as '{{contains .text "because"}}'`)
	cmd.Flags().IntVar(&f.repairs, "repairs", 2, "how often an answer that does not pass --schema or --check is asked for again")
}

// judge holds answers to what the flags ask for.
type judge struct {
	schema *schema.Schema
	check  *schema.Check
	// text is all that it goes by.
	text string
}

// judge reads the schema and the template; nil if there is neither.
func (f *checkFlags) judge() (*judge, error) {
	if f.repairs < 0 {
		return nil, usage(fmt.Errorf("--repairs %d: must not be negative", f.repairs))
	}
	j := &judge{text: f.check}
	if f.schemaFile != "" {
		text, err := os.ReadFile(f.schemaFile)
		if err == nil {
			j.schema, err = schema.Compile(text)
		}
		if err != nil {
			return nil, usage(fmt.Errorf("--schema %s: %w", f.schemaFile, err))
		}
		j.text += "\x00" + string(text)
	}
	if f.check != "" {
		var err error
		if j.check, err = schema.CompileCheck(f.check); err != nil {
			return nil, usage(fmt.Errorf("--check: %w", err))
		}
	}
	if j.schema == nil && j.check == nil {
		return nil, nil
	}
	return j, nil
}

// Validate is schema.Validator.
func (j *judge) Validate(answer string) error {
	if j.schema != nil {
		if err := j.schema.Validate(answer); err != nil {
			return err
		}
	}
	if j.check != nil {
		return j.check.Validate(answer)
	}
	return nil
}

// request asks for the form of the answer.
func (j *judge) request(req request.Request) request.Request {
	if j == nil || j.schema == nil {
		return req
	}
	return j.schema.Request(req)
}
