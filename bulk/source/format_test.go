package source_test

import (
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed63918563/llmgate/bulk/source"
)

const (
	aSimple    = `{"id":"a","prompt":"x"}`
	aBatch     = `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}]}}`
	aResponses = `{"custom_id":"a","method":"POST","url":"/v1/responses","body":{"input":"x"}}`
	aMessages  = `{"custom_id":"a","params":{"max_tokens":9,"messages":[{"role":"user","content":"x"}]}}`
	aGenerate  = `{"key":"a","request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}`
	aShare     = `{"id":"a","conversations":[{"from":"human","value":"x"},{"from":"gpt","value":"y"}]}`
)

// Every object of every format is the question "x" named "a", wherever it stands and however its bytes come.
func TestFormatIsFoundOut(t *testing.T) {
	for _, object := range []string{aSimple, aBatch, aResponses, aMessages, aGenerate, aShare} {
		for name, text := range map[string]string{
			"in.jsonl": object + "\r\n", "in.ndjson": object, "IN.JSONL": "\ufeff" + object, "in": "\n\n  " + object + "\n", "-": object,
			"in.json": "[" + object + "]", "pretty.json": "\ufeff[\n\n  " + strings.ReplaceAll(object, ":", " :\n") + "\n]\n",
			"in.dat": " [ " + object + "\n]\n", "lines.json": object + "\n", "batch.json": "{\n \"requests\":\n [" + object + "\n ]\n}\n",
		} {
			s := open(t, iotest.OneByteReader(strings.NewReader(text)), source.Config{Path: name})
			items, err := collect(t, s)
			if err != nil || len(items) != 1 || items[0].Err != nil || items[0].ID != "a" || items[0].Request.Messages[0].Content != "x" {
				t.Errorf("%s of %s: got %v, %v", name, object, brief(items), err)
			}
		}
	}
}

func TestTablesAndTextAreFoundOutByName(t *testing.T) {
	for name, text := range map[string]string{
		"in.csv": "id,prompt\na,x\n", "in.CSV": "\ufeffid,prompt\r\na,x\r\n", "in.tsv": "id\tprompt\na\tx", "in.tab": "prompt\tid\nx\ta\n",
	} {
		items, err := collect(t, open(t, iotest.OneByteReader(strings.NewReader(text)), source.Config{Path: name}))
		if err != nil || len(items) != 1 || items[0].ID != "a" || items[0].Line != 2 || items[0].Request.Messages[0].Content != "x" {
			t.Errorf("%s: got %v, %v", name, brief(items), err)
		}
	}
	items, err := collect(t, open(t, strings.NewReader("\ufeff[INST] x\r\n\r\ny"), source.Config{Path: "in.txt"}))
	if err != nil || len(items) != 2 || items[0].Request.Messages[0].Content != "[INST] x" || items[1].ID != "line-3" {
		t.Errorf("got %+v, %v", items, err)
	}
}

func TestFormatIsAskedForRatherThanGuessed(t *testing.T) {
	for name, text := range map[string]string{
		"-": "Why is the sky blue?\n", "in": "id,prompt\na,x\n", "in.log": "[x]\n",
		"in.csv": aSimple, "in.tsv": "[" + aSimple + "]", "in.txt": aSimple + "\n",
	} {
		items, err := collect(t, open(t, strings.NewReader(text), source.Config{Path: name}))
		if len(items) > 0 || err == nil || !strings.Contains(err.Error(), "set Format") {
			t.Errorf("%s: got %d items, %v", name, len(items), err)
		}
	}
	s := open(t, strings.NewReader(aSimple+"\n"), source.Config{Path: "in.txt", Format: source.FormatText})
	if items, err := collect(t, s); err != nil || items[0].Request.Messages[0].Content != aSimple {
		t.Errorf("what was asked for does not hold: %+v, %v", items, err)
	}
}

func TestEachObjectTellsWhatItIs(t *testing.T) {
	text := strings.Join([]string{aShare, aBatch, aGenerate, aSimple, aMessages}, "\n")
	items, err := collect(t, open(t, strings.NewReader(text), source.Config{AllowDuplicates: true}))
	if err != nil || len(items) != 5 {
		t.Fatalf("got %v, %v", brief(items), err)
	}
	for i, item := range items {
		want := source.Simple
		if i == 1 {
			want = source.Batch
		}
		if item.Err != nil || item.Form != want || string(item.Raw) != strings.Split(text, "\n")[i] {
			t.Errorf("item %d is %+v", i, item)
		}
	}
}

func TestExplicitFormatHoldsForEveryObject(t *testing.T) {
	for format, own := range map[source.Format]string{
		source.FormatBatch: aBatch, source.FormatAnthropic: aMessages, source.FormatGemini: aGenerate, source.FormatShareGPT: aShare,
	} {
		items, err := collect(t, open(t, strings.NewReader(own+"\n"+aSimple), source.Config{Format: format}))
		if err != nil || len(items) != 2 || items[0].Err != nil || items[1].Err == nil {
			t.Errorf("%s: got %v, %v", format, brief(items), err)
		}
	}
	_, err := collect(t, open(t, strings.NewReader(aSimple), source.Config{Format: source.FormatJSON}))
	if err == nil || err.Error() != "in: no list of JSON objects; use jsonl for one object on each line" {
		t.Errorf("got %v", err)
	}
}
