package lane

import (
	"fmt"
	"time"
)

func (l *Lane) Dump() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	c := l.core
	s := fmt.Sprintf("fl %d q %d gate %v probe %d 429 %d adm %d charge %d misses %.0f", c.inFlight, c.queue.waiting, c.gate.Sub(now), c.probe, c.rateLimited, c.admittedTotal, c.meters.charging.used, c.meters.charging.misses)
	for d := range c.meters.learned {
		m := &c.meters.learned[d]
		if m.known() {
			s += fmt.Sprintf("\n    %s: lim %d %s W %v lvl %.0f cap %.0f prov %.0f set %v bias %.1f dev %.1f margin %.0f misses %.2f seen %d/%d unit %d off %.0f", dimensionNames[d], m.limit, shapeNames[m.shaping.used], m.shaping.window, m.counter.Level(now), m.capacity, m.proven, !m.refused.IsZero(), m.bias, m.dev, m.margin(c.meters.turn), m.shaping.misses, m.seen, c.meters.turn, m.unit, m.offset)
		}
	}
	a := &c.meters.adapting
	if a.on() {
		s += fmt.Sprintf("\n    adapt rate %.0f factor %.2f items %d bursts %.1f since %v tokens %.0f", a.rate, a.factor(), a.items, a.bursts, now.Sub(a.since), a.tokens)
	}
	return s
}
