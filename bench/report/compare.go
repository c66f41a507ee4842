package report

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"text/tabwriter"
	"time"
)

// Difference is how a figure of one report differs from that of another.
type Difference struct {
	Name string `json:"name"`
	// Unit is "s" or "1/s".
	Unit string  `json:"unit"`
	A    float64 `json:"a"`
	B    float64 `json:"b"`
	// Low and High bound B − A with a confidence of 95 %. Significant: 0 is not between them.
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Significant bool    `json:"significant"`
	// Better: B is, where more or less is better.
	Better bool `json:"better"`
}

// Share is the difference as a share of A, 0 where A is 0.
func (d *Difference) Share() float64 {
	if d.A == 0 {
		return 0
	}
	return (d.B - d.A) / d.A
}

// Compare tells which differences between two reports are more than chance, at a confidence of 95 % each. Percentiles and means
// of latencies are compared by the bootstrap, drawn from the seed; rates by Welch's interval over the whole seconds of each
// window. The gaps of one stream are too much alike for either; TPOT speaks for them. Both take requests, or seconds, for independent, which those of a queue that builds up are not: there the truth is
// less certain. Of twenty figures without any difference, one is found significant.
func Compare(a, b *Report, seed uint64) []Difference {
	rng := rand.New(rand.NewPCG(seed, 0x636d70))
	var list []Difference
	for i, row := range comparedRows(a) {
		other := comparedRows(b)[i].h
		if row.h.Count() < 2 || other.Count() < 2 {
			continue
		}
		for _, q := range []float64{0.5, 0.9, 0.99} {
			list = append(list, compareQuantile(rng, fmt.Sprintf("%s p%v", row.name, 100*q), row.h, other, q))
		}
	}
	for _, rate := range comparedRates {
		if d, ok := compareRate(a, b, rate); ok {
			list = append(list, d)
		}
	}
	return list
}

func comparedRows(r *Report) []latencyRow {
	l := &r.Total.Latencies
	return []latencyRow{{"TTFT", &l.TTFT.Intended.Answered}, {"TPOT", &l.TPOT}, {"E2E", &l.E2E.Intended.Answered}, {"Waited", &l.Waited}}
}

func (d Difference) decide(moreIsBetter bool) Difference {
	d.Significant = d.Low > 0 || d.High < 0
	d.Better = d.Significant && (d.B > d.A) == moreIsBetter
	return d
}

// CompareText writes a comparison as a table, with what the reports themselves are not sure of.
func CompareText(w io.Writer, a, b *Report, list []Difference) error {
	var out strings.Builder
	for _, one := range []struct {
		name string
		r    *Report
	}{{"A", a}, {"B", b}} {
		fmt.Fprintf(&out, "%s  %s: %s, %s requests\n", one.name, one.r.title(), one.r.Setup.Load, count(one.r.Total.Requests))
		for _, text := range one.r.Verdicts() {
			fmt.Fprintf(&out, "   ! %s\n", text)
		}
	}
	out.WriteByte('\n')
	tw := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "\tA\tB\tB−A\t95 % confidence\t\t\n")
	for i := range list {
		d := &list[i]
		write := d.writer()
		fmt.Fprintf(tw, "%s\t%s\t%s\t%+.1f %%\t%s to %s\t%s\t\n", d.Name, write(d.A), write(d.B), 100*d.Share(), write(d.Low), write(d.High), d.word())
	}
	_ = tw.Flush()
	_, err := io.WriteString(w, out.String())
	return err
}

func (d *Difference) word() string {
	switch {
	case !d.Significant:
		return "no difference shown"
	case d.Better:
		return "better"
	}
	return "worse"
}

// writer writes numbers in the figure's unit.
func (d *Difference) writer() func(float64) string {
	return func(x float64) string {
		sign := ""
		if x < 0 {
			sign, x = "-", -x
		}
		if d.Unit == "s" {
			return sign + Duration(time.Duration(x*1e9))
		}
		return sign + Number(x)
	}
}
