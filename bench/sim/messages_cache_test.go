package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	brief = `"cache_control":{"type":"ephemeral"}`
	long  = `"cache_control":{"type":"ephemeral","ttl":"1h"}`
)

// lore is a system prompt of a thousand and some tokens.
func lore(topic, mark string) string {
	return `"system":[` + textBlock(topic+strings.Repeat(" word", 1200), mark) + `]`
}

// cached shows how the prompt was counted: by size in full, and of it new, written for five minutes or an hour, and read.
func cached(t *testing.T, r *result) (total int, how string) {
	t.Helper()
	u := r.reply().Usage
	if u.Written != u.Creation.Brief+u.Creation.Long {
		t.Errorf("written %d, of which %+v", u.Written, u.Creation)
	}
	var parts []string
	for _, one := range []struct {
		name string
		n    int
	}{{"brief", u.Creation.Brief}, {"long", u.Creation.Long}, {"read", u.Read}} {
		if one.n > 0 {
			parts = append(parts, one.name)
		}
	}
	return u.Input + u.Written + u.Read, strings.Join(parts, " ")
}

func TestMessagesCache(t *testing.T) {
	type step struct {
		wait time.Duration
		body string
		want string
	}
	hello := []string{user}
	more := []string{user, said("assistant", textBlock("Hi", brief)), said("user", textBlock("And "+strings.Repeat("so ", 1200), brief))}
	tool := `"tools":[{"name":"clock","description":` + quote(strings.Repeat("word ", 1200)) + `,"input_schema":{},` + long + `}]`
	for name, steps := range map[string][]step{
		"again":           {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns(hello, lore("a", brief)), "read"}, {0, prompt("Other question", lore("a", brief)), "read"}},
		"other prefix":    {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns(hello, lore("b", brief)), "brief"}},
		"other model":     {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns(hello, lore("a", brief), `"model":"other"`), "brief"}},
		"unmarked":        {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns(hello, lore("a", `"citations":null`)), ""}},
		"too short":       {{0, prompt("Hello", brief), ""}, {0, prompt("Hello", brief), ""}},
		"expired":         {{0, turns(hello, lore("a", brief)), "brief"}, {5 * time.Minute, turns(hello, lore("a", brief)), "brief"}},
		"renewed":         {{0, turns(hello, lore("a", brief)), "brief"}, {4 * time.Minute, turns(hello, lore("a", brief)), "read"}, {4 * time.Minute, turns(hello, lore("a", brief)), "read"}},
		"an hour":         {{0, turns(hello, lore("a", long)), "long"}, {59 * time.Minute, turns(hello, lore("a", long)), "read"}, {time.Hour, turns(hello, lore("a", long)), "long"}},
		"grown":           {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns(more, lore("a", brief)), "brief read"}, {0, turns(more, lore("a", brief)), "read"}},
		"both times":      {{0, turns(more, lore("a", long)), "brief long"}, {10 * time.Minute, turns(more, lore("a", long)), "brief read"}},
		"tools first":     {{0, turns(hello, tool, lore("a", long)), "long"}, {0, turns(hello, tool, lore("b", long)), "long read"}},
		"the whole":       {{0, prompt(strings.Repeat("word ", 1200), brief), "brief"}, {0, prompt(strings.Repeat("word ", 1200), brief), "read"}},
		"moved mark":      {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns([]string{user, marked(1, "")}, lore("a", `"citations":null`)), "brief read"}},
		"mark moved far":  {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns([]string{user, said("user", append(filler(21), textBlock("x", brief))...)}, lore("a", `"citations":null`)), "brief"}},
		"mark just moved": {{0, turns(hello, lore("a", brief)), "brief"}, {0, turns([]string{said("user", append(filler(19), textBlock("x", brief))...)}, lore("a", `"citations":null`)), "brief read"}},
	} {
		t.Run(name, func(t *testing.T) {
			anthropicInMemory(t, sim.Config{}, func(a anthropic) {
				for i, s := range steps {
					time.Sleep(s.wait)
					total, how := cached(a.t, a.send(s.body))
					if plain := a.send(strings.NewReplacer(","+brief, "", ","+long, "", brief+",", "", long+",", "").Replace(s.body)); how != s.want {
						a.t.Errorf("step %d: %q, want %q", i, how, s.want)
					} else if uncached, none := cached(a.t, plain); none != "" || uncached != total {
						a.t.Errorf("step %d: %d tokens, unmarked %d %q", i, total, uncached, none)
					}
				}
			})
		})
	}
}

// filler is n blocks of text.
func filler(n int) (list []string) {
	for i := range n {
		list = append(list, textBlock(fmt.Sprint("part ", i)))
	}
	return list
}

// What comes from the cache counts nothing against the limit of prompts.
func TestMessagesCacheIsFree(t *testing.T) {
	anthropicInMemory(t, sim.Config{Limits: sim.Limits{ITPM: 8000, Shape: sim.Fixed}}, func(a anthropic) {
		for i := range 5 {
			r := a.send(prompt(fmt.Sprint("Hello ", i), lore("a", brief)))
			if r.good(); i == 0 {
				continue
			}
			if got := r.header.Get("Anthropic-Ratelimit-Input-Tokens-Remaining"); got != "5000" { // 1,200 for the first, and the estimate of this one
				a.t.Errorf("request %d: %s input tokens remain", i, got)
			}
		}
	})
}
