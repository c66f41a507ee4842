package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/ledger"
)

// keptLines are what a summary says of a run with a state besides.
func keptLines(s *bulk.Summary, output string) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if n := s.EarlierAnswered + s.EarlierFailed; n > 0 {
		say("%s were done before (%s of them failed), and cost nothing now.", grouped(n), grouped(s.EarlierFailed))
	}
	if s.Copied > 0 {
		say("%s are the same as others, and were paid once.", grouped(s.Copied))
	}
	if s.Superseded > 0 {
		say("%s results are of items that are no longer in the input; they were taken out.", grouped(s.Superseded))
	}
	if s.Presumed > 0 {
		say("Besides, up to %v may have been charged for calls whose end is not known.", s.Presumed)
	}
	if len(s.Unknown) > 0 {
		say("In flight when a run before was %s: %s.", how(s), few(s.Unknown))
	}
	for _, path := range s.Repaired {
		say("%s was not as the state has it, and was put right.", path)
	}
	for _, t := range s.Targets {
		if t.Latencies.Max > 0 {
			say("%s: latency %s at p50, %s at p90, %s at p99.", t.Name, short(t.Latencies.P50), short(t.Latencies.P90), short(t.Latencies.P99))
		}
	}
	for _, row := range s.Costs {
		if row.Calls > 0 {
			say("%s/%s: %s calls since the state was begun, %s.", row.Labels["provider"], row.Labels["model"], grouped(int(row.Calls)), spent(&row))
		}
	}
	if s.Failed+s.EarlierFailed > 0 {
		say("Failures, with their items, are in %s; --retry-failed asks them again.", output+bulk.FailuresSuffix)
	}
	return lines
}

// how a run before ended that left calls open.
func how(s *bulk.Summary) string {
	if s.Killed {
		return "killed"
	}
	return "stopped"
}

// spent is what calls came to, as far as it is known.
func spent(row *ledger.Row) string {
	switch {
	case row.Unpriced == 0:
		return row.Spent.String()
	case row.Unpriced == row.Calls:
		return "none of which has a price"
	}
	return fmt.Sprintf("%v and %s calls without a price", row.Spent, grouped(int(row.Unpriced)))
}

func short(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

func few(ids []string) string {
	const most = 20
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}
