package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	loadreport "github.com/seed63918563/llmgate/bench/report"
)

// readReport reads a report that --json wrote.
func readReport(t *testing.T, path string) *loadreport.Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rep, err := loadreport.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// benchmark runs a load on the simulator, which must end well, and returns its report.
func benchmark(t *testing.T, args ...string) *loadreport.Report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.json")
	var rep *loadreport.Report
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, append([]string{"bench", "--json", path}, args...)...)
		rep = readReport(t, path)
		if !strings.HasPrefix(s.out.String(), "sim/demo through ") || !strings.Contains(s.out.String(), "latency") {
			t.Errorf("the table is %s", s.out.String())
		}
	})
	return rep
}

// about allows for what the simulator counts for the frame of a prompt.
func about(tokens, want int64) bool { return tokens >= want && tokens <= want+want/10 }

func TestBenchFlagsReachTheLoad(t *testing.T) {
	mooncake := file(t, `{"timestamp":0,"input_length":40,"output_length":9,"hash_ids":[1]}`, `{"timestamp":4000,"input_length":70,"output_length":9,"hash_ids":[2]}`)
	azure := filepath.Join(t.TempDir(), "trace.csv")
	if err := os.WriteFile(azure, []byte("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.0,40,9\n2023-11-16 18:17:05.0,70,9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args  string
		load  string
		count int64
		check func(*loadreport.Report) bool
	}{
		"closed loop": {"-c 3 -n 30", "closed loop, 3 in flight", 30, func(r *loadreport.Report) bool { return r.Setup.MaxInFlight == 3 && r.Setup.Count == 30 }},
		"default":     {"--duration 1s --warmup 200ms --cooldown 100ms --rate 20", "20 per second, even", 14, func(r *loadreport.Report) bool { return r.Setup.Warmup == 200*time.Millisecond }},
		"ramp": {"--rate 1..50/2s -n 20 --spacing gamma:0.5 --max-in-flight 40 --max-delay 3ms", "1..50/2s per second, gamma:0.5", 20, func(r *loadreport.Report) bool {
			return r.Setup.MaxInFlight == 40 && r.Setup.MaxDelay == 3*time.Millisecond
		}},
		"steps": {"--rate 10,20/2s --slo ttft=10s,tpot=1s", "10,20/2s per second, even", 60, func(r *loadreport.Report) bool {
			return len(r.Steps) == 2 && r.Total.Good == 60 && r.Setup.SLO.TTFT == 10*time.Second
		}},
		"poisson":  {"--rate 20 -n 40 --spacing poisson --seed 9", "20 per second, poisson", 40, func(r *loadreport.Report) bool { return r.Setup.Seed == 9 }},
		"mooncake": {"--speed 4 --trace " + mooncake, "trace of 2 requests", 2, func(r *loadreport.Report) bool { return about(r.Total.InputTokens, 110) && r.Elapsed < 2*time.Second }},
		"azure":    {"--trace " + azure, "trace of 2 requests", 2, func(r *loadreport.Report) bool { return about(r.Total.InputTokens, 110) && r.Elapsed > 2*time.Second }},
		"whole":    {"-n 5 --stream=false", "closed loop, 16 in flight", 5, func(r *loadreport.Report) bool { return !r.Setup.Streaming }},
		"lengths": {"-n 5 --input-tokens 99 --output-tokens 7", "closed loop, 16 in flight", 5, func(r *loadreport.Report) bool {
			return about(r.Total.InputTokens, 5*99) && r.Total.OutputTokens == 5*7
		}},
		"client": {"-n 5 --through client", "closed loop, 16 in flight", 5, func(r *loadreport.Report) bool { return strings.HasSuffix(r.Name, "through client") }},
		"raw":    {"-n 5 --through raw", "closed loop, 16 in flight", 5, func(r *loadreport.Report) bool { return strings.HasSuffix(r.Name, "through raw") }},
	} {
		t.Run(name, func(t *testing.T) {
			rep := benchmark(t, strings.Fields(test.args)...)
			if rep.Setup.Load != test.load || rep.Total.Answered != test.count || !test.check(rep) {
				t.Errorf("%d answered of %d, %d and %d tokens, elapsed %v, setup %+v", rep.Total.Answered, rep.Total.Requests,
					rep.Total.InputTokens, rep.Total.OutputTokens, rep.Elapsed, rep.Setup)
			}
		})
	}
}

func TestBenchWithoutAnEndIsTenSeconds(t *testing.T) {
	if rep := benchmark(t); rep.Setup.Duration != 10*time.Second || rep.Total.Answered == 0 {
		t.Errorf("got %+v", rep.Setup)
	}
}

// The limits are the simulator's: what keeps to them is answered in time, what does not is refused.
func TestBenchUnderLimits(t *testing.T) {
	for through, refused := range map[string]bool{"dispatcher": false, "client": true, "raw": true} {
		rep := benchmark(t, "--through", through, "--rpm", "600", "--tpm", "1000000", "--bucket", "second", "--rate", "20", "--duration", "1m")
		if got := rep.Total.Errors["rate_limit"]; (got > 0) != refused || rep.Setup.Limits.RPM != 600 || rep.Setup.Limits.TPM != 1_000_000 {
			t.Errorf("through %s: %d refused, limits %+v", through, got, rep.Setup.Limits)
		}
		if rate := rep.Total.Rates.Attempts; rate < 9.5 || rate > 10.2 {
			t.Errorf("through %s: %v requests a second were let through; the limit is 10", through, rate)
		}
	}
}

func TestBenchPrompts(t *testing.T) {
	lines := file(t, `{"prompt":"one","max_tokens":3}`)
	sharegpt := file(t, ` [{"conversations":[{"from":"human","value":"one"},{"from":"gpt","value":"two"}]}]`)
	for _, path := range []string{lines, sharegpt} {
		if rep := benchmark(t, "-n", "4", "--prompts", path); rep.Total.Answered != 4 || rep.Total.OutputTokens > 12 {
			t.Errorf("%s: got %d answers of %d tokens", content(t, path), rep.Total.Answered, rep.Total.OutputTokens)
		}
	}
}

func TestBenchWritesEveryForm(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	args := []string{"bench", "--rate", "10", "-n", "20", "--json", path("a.json"), "--csv", path("a.csv"), "--raw", path("a.jsonl"), "--html", path("a.html")}
	inBubble(t, func(t *testing.T, s *session) { s.expect(t, exitOK, args...) })
	rep := readReport(t, path("a.json"))
	if rep.Schema != loadreport.Schema || rep.Total.Answered != 20 {
		t.Errorf("the JSON has %d answers in schema %q", rep.Total.Answered, rep.Schema)
	}
	rows, err := csv.NewReader(strings.NewReader(content(t, path("a.csv")))).ReadAll()
	if err != nil || len(rows) != len(rep.Series)+1 {
		t.Errorf("the CSV has %d rows for %d seconds: %v", len(rows), len(rep.Series), err)
	}
	if records := objects(t, content(t, path("a.jsonl"))); len(records) != 20 || records[0]["sent_ns"] == nil {
		t.Errorf("the raw records are %v", records)
	}
	if page := content(t, path("a.html")); !strings.HasPrefix(page, "<!DOCTYPE html>") || !strings.Contains(page, "sim/demo through dispatcher") {
		t.Errorf("the page begins %.60q", page)
	}
	s := newSession()
	s.expect(t, exitUsage, args...)
	s.saysErr(t, "--json "+path("a.json")+" has content already; give another name, or --overwrite")
	inBubble(t, func(t *testing.T, s *session) { s.expect(t, exitOK, append(args, "--overwrite")...) })
}

func TestBenchSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		args string
		code int
		want string
	}{
		{"-n 3 --rate 5 --max-delay -1s", exitUsage, "must not be negative"},
		{"--rate 5 -c 3", exitUsage, "--concurrency, --rate and --trace: give one of them"},
		{"-c 0", exitUsage, "--concurrency 0: must be at least 1"},
		{"--rate fast --slo speed=1 --spacing odd", exitUsage, "--spacing"},
		{"--spacing poisson", exitUsage, "--spacing: belongs to --rate"},
		{"--speed 2 --max-delay 1s", exitUsage, "--max-delay: belongs to --rate or --trace"},
		{"--trace nowhere", exitUsage, "--trace: open nowhere"},
		{"--prompts nowhere", exitUsage, "--prompts: open nowhere"},
		{"--prompts nowhere --input-tokens 3", exitUsage, "are for made-up prompts"},
		{"--input-tokens x", exitUsage, "--input-tokens: "},
		{"--output-tokens x", exitUsage, "--output-tokens: "},
		{"--through wire", exitUsage, `--through "wire": use dispatcher, client or raw`},
		{"--through raw --budget 1usd", exitUsage, "only the dispatcher keeps to it"},
		{"--through raw --model sim/a --model sim/b", exitUsage, "takes one model, and here are 2"},
		{"--through raw --model anthropic/x -n 1", exitUsage, "and anthropic does not; use --through client"},
		{"--through raw --model sim/demo -n 1", exitUsage, "raw: address"},
		{"--through raw --model openai/x -n 1", exitUsage, "no API key: set OPENAI_API_KEY"},
		{"--through client --model openai/x -n 1", exitUsage, "no API key: set OPENAI_API_KEY"},
		{"--model sim/demo --bucket second -n 1", exitUsage, "--bucket is the simulator's"},
		{"--bucket hour", exitUsage, `shape "hour"`},
		{"--rpm -1", exitUsage, "--rpm and --tpm must be above 0"},
		{"--model sim/demo", exitUsage, "give a count or a duration"},
		{"--stream=false --slo ttft=1s", exitUsage, "without streams there is no ttft"},
		{"-n 1 --json /nowhere/at/all", exitUsage, "create the folder first"},
		{"-n 1 --rate 1 --duration 1s --warmup 990ms", exitFailed, "the run is invalid: no request was due in the window"},
	} {
		inBubble(t, func(t *testing.T, s *session) {
			s.expect(t, test.code, append([]string{"bench"}, strings.Fields(test.args)...)...)
			s.saysErr(t, test.want)
		})
	}
}

func TestBenchWithoutAnAnswerFails(t *testing.T) {
	s := newSession()
	s.expect(t, exitFailed, "bench", "-n", "2", "--through", "raw", "--model", "openai/m", "--base-url", "http://"+freeAddress(t))
	s.saysErr(t, "no request was answered")
}

func TestBenchByHandReachesTheServer(t *testing.T) {
	g, s := newGate(t), newSession()
	s.env["OPENAI_API_KEY"] = "secret"
	close(g.open)
	args := []string{"bench", "-n", "1", "--through", "raw", "--stream=false", "--model"}
	check := func(args ...string) {
		s.expect(t, exitOK, args...)
		if r := <-g.arrived; r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("%q: got %s with %q", args, r.URL, r.Header.Get("Authorization"))
		}
	}
	check(append(args, "openai/m", "--base-url", g.URL+"/v1")...)
	s.env["OPENAI_BASE_URL"] = g.URL + "/v1/"
	check(append(args, "openai/m")...)
}

func TestBenchInterruptedReportsWhatWasDone(t *testing.T) {
	for _, through := range []string{"dispatcher", "client", "raw"} {
		g, s := newGate(t), newSession()
		path := filepath.Join(t.TempDir(), "a.json")
		code := s.start(t, g.flags("bench", "-c", "2", "-n", "100", "--through", through, "--stream=false", "--json", path)...)
		<-g.arrived
		g.open <- struct{}{} // one is answered, and two are in flight in the end
		<-g.arrived
		<-g.arrived
		s.interrupts <- os.Interrupt
		if got := <-code; got != exitInterrupted {
			t.Errorf("%s: ended with %d: %s", through, got, s.err.String())
		}
		s.saysErr(t, "interrupted: the report is of what was done until then")
		if rep := readReport(t, path); rep.Partial != "interrupted" || rep.Total.Answered != 1 || rep.Total.Canceled != 2 {
			t.Errorf("%s: %q, %d answered, %d canceled", through, rep.Partial, rep.Total.Answered, rep.Total.Canceled)
		}
	}
}

func TestBenchWhoseReportIsLost(t *testing.T) {
	inBubble(t, func(t *testing.T, s *session) {
		s.to = &full{}
		s.expect(t, exitFailed, "bench", "-n", "1")
		s.saysErr(t, "can't write the report: "+errFull.Error())
	})
}
