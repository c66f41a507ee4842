// Package bulk does work that consists of many requests: it reads items one at a time, keeps a bounded number in flight, and
// gives a result for each, as completed or in the order of the input.
//
// A Job is work on one output that survives its process. Beside the output OUT stands its state, OUT.state: a SQLite file with
// every answer, what is under way, and the money.
//
//	state, err := bulk.Open(ctx, "answers.jsonl")
//	…
//	gate, err := llmgate.New(ctx, llmgate.Config{Models: models, Store: state.Store()})
//	…
//	job, err := state.Job(bulk.JobConfig{Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Items: items, Model: models[0]})
//	…
//	summary, err := job.Run(ctx)
//
// What holds across crashes and the loss of power:
//
//   - An item is what is asked, of whom, under which ID. One that has an outcome is not sent again; one whose prompt was changed
//     is another item. Items that differ in nothing but the ID are paid once.
//   - Before an attempt is sent, the intent is in the state, with the money reserved for it. The outcome is written in one commit
//     with the cost. So a call that was under way when the process died is known to be unknown: see [Unknown].
//   - The output and the file of failures, OUT.failed.jsonl, only show what is in the state. Whatever became of them, the next
//     run makes them right.
//   - Failures that say nothing of the item (a budget or a quota used up, a wrong key, an end of the context) stop the run and
//     leave the item for another one. All others are outcomes.
//
// The index of a state takes some 25 bytes of memory for each item, and the source some 17 to know IDs that come twice; nothing else
// grows with their number.
//
// A [Run] is the same without a memory, over any client: for results that are used at once. For a few requests, use the client
// itself.
package bulk
