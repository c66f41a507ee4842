package report

import (
	"fmt"
	"strings"
)

// The drawing of a chart, in units of its viewBox.
const (
	chartWidth, chartHeight = 560.0, 230.0
	plotLeft, plotRight     = 52.0, chartWidth - 14
	plotTop, plotBottom     = 10.0, chartHeight - 28
)

// Chart is a drawing, ready for the template.
type Chart struct {
	ID, Title, Note string
	// About says in words what is to be seen, for whoever can't see it.
	About  string
	XTicks []tick
	YTicks []tick
	Lines  []line
	Bars   []bar
	// Shade is the window of the figures where that is not everything.
	Shade *bar
	Marks []tick
}

// line is a curve; Class is its colour, "a" to "c".
type line struct {
	Name, Class, Path string
	Area              string
}

type bar struct{ X, Y, W, H float64 }

// The size of the drawing, for the template.
func (Chart) Width() float64  { return chartWidth }
func (Chart) Height() float64 { return chartHeight }
func (Chart) Left() float64   { return plotLeft }
func (Chart) Right() float64  { return plotRight }
func (Chart) Top() float64    { return plotTop }
func (Chart) Bottom() float64 { return plotBottom }

// curve is a line before it is drawn.
type curve struct {
	name, class string
	points      [][2]float64
	filled      bool
}

func (c *Chart) draw(x, y axis, curves []curve) {
	for _, one := range curves {
		path := pathOf(x, y, one.points)
		l := line{Name: one.name, Class: one.class, Path: path}
		if n := len(one.points); one.filled && n > 0 {
			l.Area = fmt.Sprintf("%sL%.1f %.1fL%.1f %.1fZ", path, x.at(one.points[n-1][0]), y.from, x.at(one.points[0][0]), y.from)
		}
		c.Lines = append(c.Lines, l)
	}
}

func pathOf(x, y axis, points [][2]float64) string {
	var path strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, x.at(p[0]), y.at(p[1]))
	}
	return path.String()
}

func horizontal(low, high float64) axis {
	return axis{low: low, high: high, from: plotLeft, to: plotRight}
}

func vertical(high float64) axis { return axis{high: high, from: plotBottom, to: plotTop} }
