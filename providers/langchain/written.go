package langchain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// written is a request whose conversation and tools langchaingo writes. The other fields of the body are written here: of
// those that langchaingo writes, some are wrong (a temperature of 0 that nobody set) and many are missing.
type written struct {
	dialect.Call
	client *client
}

// field is one that is taken from langchaingo's body; a nil write copies it as it is.
type field struct {
	name  string
	write func(e *dialect.Encoder, value []byte)
}

// encode writes a body: first what parameters writes, then the given fields that langchaingo wrote.
func (w *written) encode(e *dialect.Encoder, noSystem bool, parameters func(), fields ...field) (*wire.Target, error) {
	conv := conversation{Notes: &e.Notes, req: w.Req, takes: w.client.takes, noSystem: noSystem}
	conv.write()
	if len(w.Req.Tools) > 0 && !w.client.takes.tools {
		e.Fault("tools", "langchaingo's "+w.client.takes.name+" package sends no tools; use a native client")
	}
	if len(e.Faults) > 0 {
		return nil, nil // the frame reports them
	}
	body, err := w.ask(conv.messages)
	if err != nil {
		return nil, err
	}
	e.Raw("{")
	parameters()
	if err := keep(e, body, fields); err != nil {
		return nil, err
	}
	e.Extras(reserved)
	e.Raw("}")
	return w.client.target, nil
}

// ask has langchaingo write the body. Its options are made for each call: langchaingo writes to them.
func (w *written) ask(conversation []llms.MessageContent) ([]byte, error) {
	tools := toolsOf(w.Req)
	ctx, c := catching(context.Background())
	_, err := generate(ctx, w.client.model, conversation, func(o *llms.CallOptions) {
		o.Model, o.Tools = standIn, tools
	})
	if c.body == nil {
		return nil, &request.Error{Class: request.ClassInvalid, Message: "langchaingo can't write the request", Err: cmp.Or(err, errNoAnswer)}
	}
	return c.body, nil
}

// keep takes over fields of a body, unless the request's Extra replaces them.
func keep(e *dialect.Encoder, body []byte, fields []field) error {
	var r jsontext.Reader
	r.Reset(body)
	for key := range r.Fields() {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == string(key) })
		value := r.Raw()
		switch {
		case i < 0 || !e.Field(fields[i].name):
		case fields[i].write != nil:
			fields[i].write(e, value)
		default:
			e.Value(value)
		}
	}
	return r.Close()
}

// reserved refuses extra fields that would break what the caller is promised.
func reserved(name, value string) string {
	switch {
	case name == "stream":
		return "set by calling Complete or Stream"
	case name == "n" && value != "1":
		return "a response holds one answer; send the request several times"
	}
	return ""
}

// EndOfStream is good after a finish reason: some servers leave the terminal event out.
func (w *written) EndOfStream() bool {
	if w.Finished {
		w.Warn("stream", "the server closed it after the finish reason, without its last event")
	}
	return w.Finished
}

// Complete fills in the response. It may be called on an answer that broke off.
func (w *written) Complete() {
	w.Fill()
	w.Response.FinishReason = finishReason(w.Response)
	for _, call := range w.Response.ToolCalls {
		if call.Name == "" && w.Failure == nil {
			w.Failure = &edge.Failure{Message: "a tool call without a name"}
		}
	}
}

// toolCall takes in a piece of a call.
func (w *written) toolCall(index int, id, name, arguments string, out dialect.Emit) {
	if id == "" && name == "" && arguments == "" {
		return
	}
	if index < 0 || index >= dialect.MaxCalls {
		w.Failure = &edge.Failure{Message: fmt.Sprintf("tool call %d of an answer, which may have %d", index, dialect.MaxCalls)}
		return
	}
	out.Send(request.Chunk{ToolCall: w.Parts.Call(index, id, name, []byte(arguments))})
}

// finished notes the reason for the answer's end.
func (w *written) finished(reason string) {
	if reason != "" {
		w.Response.RawFinishReason, w.Finished = reason, true
	}
}

// fail takes an error, if there is one, that stood where an answer was to be.
func (w *written) fail(value []byte) {
	var r jsontext.Reader
	r.Reset(value)
	w.Fail(edge.ParseValue(&r))
}
