package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/bench/measure"
)

// charts are those for which there is something to draw.
func (r *Report) charts() (list []*Chart) {
	l := &r.Total.Latencies
	for _, c := range []*Chart{
		r.throughput(), r.tokens(), r.cdf(), r.latencyOverTime(),
		distribution("ttft", "Time to first token", &l.TTFT.Intended.Answered), distribution("tpot", "Time per output token", &l.TPOT),
		r.limitUsed(), r.waiting(), r.sweep(),
	} {
		if c != nil {
			list = append(list, c)
		}
	}
	return list
}

// mostPoints keeps curves to what can be seen.
const mostPoints = 500

// overTime is a value of each second as a curve; long loads are averaged.
func (r *Report) overTime(name, class string, of func(*measure.Second) float64) curve {
	c := curve{name: name, class: class}
	each := (len(r.Series) + mostPoints - 1) / mostPoints
	for chunk := range slices.Chunk(r.Series, max(1, each)) {
		sum := 0.0
		for i := range chunk {
			sum += of(&chunk[i])
		}
		at := float64(len(c.points)*each) + float64(len(chunk))/2
		c.points = append(c.points, [2]float64{at, sum / float64(len(chunk))})
	}
	return c
}

// timeChart draws curves over time. What is zero all along is left out, except for the first; nil if nothing is left.
func (r *Report) timeChart(c Chart, label func(float64) string, curves ...curve) *Chart {
	top := 0.0
	curves = slices.DeleteFunc(curves, func(one curve) bool {
		most := highest(one.points)
		top = max(top, most)
		return most == 0
	})
	if len(curves) == 0 {
		return nil
	}
	x, y := horizontal(0, max(1, float64(len(r.Series)))), vertical(niceTop(top))
	c.XTicks, c.YTicks = x.clockTicks(), y.ticks(4, label)
	if from, to := r.Total.From.Seconds(), r.Total.To.Seconds(); from > 0 || r.Setup.Cooldown > 0 {
		c.Shade = &bar{x.at(from), plotTop, x.at(to) - x.at(from), plotBottom - plotTop}
	}
	curves[0].filled = len(curves) == 1
	c.draw(x, y, curves)
	return &c
}

func highest(points [][2]float64) (most float64) {
	for _, p := range points {
		most = max(most, p[1])
	}
	return most
}

func (r *Report) throughput() *Chart {
	about := fmt.Sprintf("On average %s answers a second, %s failures in all.", Number(r.Total.Rates.Requests), count(r.Total.Failed))
	return r.timeChart(Chart{ID: "throughput", Title: "Requests", Note: "per second", About: about}, plainLabel,
		r.overTime("answered", "a", func(s *measure.Second) float64 { return float64(s.Answered) }),
		r.overTime("failed", "c", func(s *measure.Second) float64 { return float64(s.Failed) }),
		r.overTime("429s", "b", func(s *measure.Second) float64 { return float64(s.RateLimited) }))
}

func (r *Report) tokens() *Chart {
	about := fmt.Sprintf("On average %s tokens a second written, %s read and written.", Number(r.Total.Rates.OutputTokens), Number(r.Total.Rates.TotalTokens))
	return r.timeChart(Chart{ID: "tokens", Title: "Tokens", Note: "per second, by the end of the answer", About: about}, plainLabel,
		r.overTime("output", "a", func(s *measure.Second) float64 { return float64(s.OutputTokens) }),
		r.overTime("input", "b", func(s *measure.Second) float64 { return float64(s.InputTokens) }))
}

func (r *Report) latencyOverTime() *Chart {
	e2e := &r.Total.Latencies.E2E.Sent.Answered
	about := fmt.Sprintf("Over the whole window the median is %s and the 99th percentile %s.", Duration(e2e.Quantile(0.5)), Duration(e2e.Quantile(0.99)))
	curves := []curve{
		r.overTime("E2E p50", "a", func(s *measure.Second) float64 { return s.E2Ep50.Seconds() }),
		r.overTime("E2E p99", "c", func(s *measure.Second) float64 { return s.E2Ep99.Seconds() }),
		r.overTime("TTFT p50", "b", func(s *measure.Second) float64 { return s.TTFTp50.Seconds() }),
	}
	return r.timeChart(Chart{ID: "latency", Title: "Latency over time", Note: "by the end of the answer", About: about}, secondsLabel, curves...)
}

func (r *Report) waiting() *Chart {
	about := fmt.Sprintf("At the 99th percentile a request waited %s.", Duration(r.Total.Latencies.Waited.Quantile(0.99)))
	return r.timeChart(Chart{ID: "waiting", Title: "Waiting", Note: "for a place, a limit or a retry; mean of what ended", About: about}, secondsLabel,
		r.overTime("waited", "b", func(s *measure.Second) float64 { return s.Waited.Seconds() }))
}

func (r *Report) limitUsed() *Chart {
	l := r.Setup.Limits
	var curves []curve
	for _, one := range []struct {
		name, class string
		limit       int64
		of          func(*measure.Second) int
	}{
		{"RPM", "a", l.RPM, func(s *measure.Second) int { return s.Admitted }},
		{"TPM", "b", l.TPM, func(s *measure.Second) int { return s.InputTokens + s.OutputTokens }},
		{"ITPM", "b", l.ITPM, func(s *measure.Second) int { return s.InputTokens }},
		{"OTPM", "c", l.OTPM, func(s *measure.Second) int { return s.OutputTokens }},
	} {
		if one.limit > 0 {
			curves = append(curves, r.overTime(one.name, one.class, func(s *measure.Second) float64 { return float64(one.of(s)) * 60 / float64(one.limit) }))
		}
	}
	about := ""
	for _, use := range r.LimitUse() {
		about += fmt.Sprintf("%s of %s %s. ", Percent(use.Share), count(use.Limit), use.Name)
	}
	return r.timeChart(Chart{ID: "limit", Title: "Limit used", Note: "share of the rate; more where some was saved up", About: about}, percentLabel, curves...)
}

// cdf draws which share of the answers came within what time, from both times and with failures.
func (r *Report) cdf() *Chart {
	e2e := &r.Total.Latencies.E2E
	sent, due := &e2e.Sent.Answered, e2e.Intended.All()
	if due.Count() == 0 {
		return nil
	}
	low := due.Quantile(0.001)
	if sent.Count() > 0 { // failures may take no time at all
		low = sent.Quantile(0.001)
	}
	low = max(low, time.Millisecond/10)
	x := horizontal(low.Seconds(), max(due.Max(), 2*low).Seconds())
	x.log = true
	y := vertical(1)
	c := &Chart{
		ID: "cdf", Title: "End-to-end latency", Note: "share of requests that took no longer", XTicks: x.ticks(6, secondsLabel), YTicks: y.ticks(4, percentLabel),
		About: fmt.Sprintf("From intended time: half within %s, 99 %% within %s.", Duration(due.Quantile(0.5)), Duration(due.Quantile(0.99))),
	}
	var curves []curve
	if sent.Count() > 0 {
		curves = append(curves, curve{name: "from sent, answers", class: "a", points: cumulative(sent, low)})
	}
	curves = append(curves, curve{name: "from intended, with failures", class: "c", points: cumulative(due, low)})
	c.draw(x, y, curves)
	return c
}

func cumulative(h *histogram.Histogram, low time.Duration) (points [][2]float64) {
	const steps = 400
	for i := range steps + 1 {
		q := float64(i) / steps
		if at := h.Quantile(q); at >= low || i == steps {
			points = append(points, [2]float64{at.Seconds(), q})
		}
	}
	return points
}

// distribution draws how often each latency came, up to the 99.5th percentile: beyond, a few would flatten all others.
func distribution(id, title string, h *histogram.Histogram) *Chart {
	if h.Count() == 0 {
		return nil
	}
	const bins = 48
	low, high := h.Min().Seconds(), h.Quantile(0.995).Seconds()
	if high-low < low/100 {
		low, high = low*0.9, max(low*1.1, 1e-6)
	}
	var counts [bins]float64
	most, beyond := 0.0, int64(0)
	for d, n := range h.Buckets() {
		i := int((d.Seconds() - low) / (high - low) * bins)
		if i >= bins {
			beyond += n
			continue
		}
		i = max(0, i)
		counts[i] += float64(n)
		most = max(most, counts[i])
	}
	x, y := horizontal(low, high), vertical(niceTop(most))
	c := &Chart{
		ID: id, Title: title, Note: fmt.Sprintf("requests, out of %s; %s lie beyond", count(h.Count()), count(beyond)), XTicks: x.ticks(6, secondsLabel), YTicks: y.ticks(4, plainLabel),
		About: fmt.Sprintf("Median %s, 99th percentile %s.", Duration(h.Quantile(0.5)), Duration(h.Quantile(0.99))),
	}
	width := (plotRight - plotLeft) / bins
	for i, n := range counts {
		c.Bars = append(c.Bars, bar{plotLeft + float64(i)*width + 0.5, y.at(n), width - 1, plotBottom - y.at(n)})
	}
	for _, q := range []float64{0.5, 0.99} {
		c.Marks = append(c.Marks, tick{x.at(h.Quantile(q).Seconds()), fmt.Sprintf("p%v", 100*q)})
	}
	return c
}

// sweep draws latency over the rate that was asked for.
func (r *Report) sweep() *Chart {
	if len(r.Steps) == 0 {
		return nil
	}
	median, tail := curve{name: "E2E p50", class: "a"}, curve{name: "E2E p99", class: "c"}
	most, top := 0.0, 0.0
	for i := range r.Steps {
		s := &r.Steps[i]
		h := &s.Latencies.E2E.Intended.Answered
		median.points = append(median.points, [2]float64{s.Offered, h.Quantile(0.5).Seconds()})
		tail.points = append(tail.points, [2]float64{s.Offered, h.Quantile(0.99).Seconds()})
		most, top = max(most, s.Offered), max(top, h.Quantile(0.99).Seconds())
	}
	byRate := func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) }
	slices.SortStableFunc(median.points, byRate)
	slices.SortStableFunc(tail.points, byRate)
	x, y := horizontal(0, niceTop(most)), vertical(niceTop(top))
	c := &Chart{
		ID: "sweep", Title: "Latency by offered rate", Note: "requests per second; from intended", XTicks: x.ticks(6, plainLabel), YTicks: y.ticks(4, secondsLabel),
		About: fmt.Sprintf("%d rates, up to %s a second.", len(r.Steps), Number(most)),
	}
	c.draw(x, y, []curve{median, tail})
	return c
}
