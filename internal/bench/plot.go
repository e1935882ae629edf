package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A point is one figure of the plot.
type point struct {
	series string
	n      int
	wall   float64 // seconds
	memory int     // MB
}

// colours are those of the series, in the order in which they are drawn.
var colours = map[string]string{"cue vet": "#b35806", "a folder": "#7b9fc4", "a commit": "#1f5fa8", "a change of 10": "#2a8a57"}

// draw is the plot of time and memory by size, both on logarithmic axes, with
// each line's name at its end.
func draw(points []point) []byte {
	var out bytes.Buffer
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 360" font-family="sans-serif" font-size="12" fill="#333">
<rect width="900" height="360" fill="#fff"/>
`)
	panel{left: 50, title: "time, seconds", from: -2, to: 3, of: func(p point) float64 { return p.wall }}.draw(&out, points)
	panel{left: 500, title: "memory, MB", from: 1, to: 4, of: func(p point) float64 { return float64(p.memory) }}.draw(&out, points)
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// A panel is one of the two pictures.
type panel struct {
	left     float64
	title    string
	from, to float64 // powers of ten
	of       func(point) float64
}

const (
	top, bottom = 45.0, 310.0
	width       = 260.0
	smallest    = 3.0 // a thousand identities
	largest     = 5.0
)

func (p panel) x(n int) float64 {
	return p.left + (math.Log10(float64(n))-smallest)/(largest-smallest)*width
}

func (p panel) y(v float64) float64 {
	return bottom - (math.Log10(max(v, math.Pow(10, p.from)))-p.from)/(p.to-p.from)*(bottom-top)
}

func (p panel) draw(out *bytes.Buffer, points []point) {
	fmt.Fprintf(out, "<text x=\"%.0f\" y=\"22\" font-size=\"14\" font-weight=\"bold\">%s</text>\n", p.left, p.title)
	for e := p.from; e <= p.to; e++ {
		v := math.Pow(10, e)
		fmt.Fprintf(out, "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e4e4e4\"/><text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
			p.left, p.left+width, p.y(v), p.y(v), p.left-6, p.y(v)+4, v)
	}
	for n := 1000; n <= 100_000; n *= 10 {
		fmt.Fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">%d,000</text>\n", p.x(n), bottom+18, n/1000)
	}
	fmt.Fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">identities</text>\n", p.left+width/2, bottom+36)
	bySeries := map[string][]point{}
	for _, pt := range points {
		bySeries[pt.series] = append(bySeries[pt.series], pt)
	}
	var ends []label
	for series, pts := range bySeries {
		slices.SortFunc(pts, func(a, b point) int { return cmp.Compare(a.n, b.n) })
		last := pts[len(pts)-1]
		ends = append(ends, label{series, p.x(last.n), p.y(p.of(last)), p.of(last), pts})
	}
	slices.SortFunc(ends, func(a, b label) int { return cmp.Compare(a.y, b.y) })
	above := map[float64]float64{} // the last label at the same x
	for _, l := range ends {
		p.line(out, l)
		y := l.y + 4
		if was, ok := above[l.x]; ok {
			y = max(y, was+14)
		}
		above[l.x] = y
		fmt.Fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s %.3g</text>\n", l.x+8, y, colours[l.series], l.series, l.value)
	}
}

// A label is a line and the name at its end.
type label struct {
	series string
	x, y   float64
	value  float64
	points []point
}

func (p panel) line(out *bytes.Buffer, l label) {
	fmt.Fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colours[l.series])
	for _, pt := range l.points {
		fmt.Fprintf(out, "%.1f,%.1f ", p.x(pt.n), p.y(p.of(pt)))
	}
	out.WriteString("\"/>\n")
	for _, pt := range l.points {
		fmt.Fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", p.x(pt.n), p.y(p.of(pt)), colours[l.series])
	}
}
