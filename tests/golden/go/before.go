// Package shapes measures shapes.
package shapes

import (
	"fmt"
	m "math"
	_ "embed"
	. "strings"
)

const Pi = 3.14

const (
	Red = iota
	Green
)

var cache, hits = map[string]float64{}, 0

// Shape has an area.
type Shape interface {
	Area() float64
}

type (
	Circle struct {
		Radius float64
	}
	Square struct{ Side float64 }
)

type Stack[T any] struct{ items []T }

func (c Circle) Area() float64 { return Pi * c.Radius * c.Radius }

func (s *Square) Area() float64 {
	return m.Pow(s.Side, 2)
}

func (s *Stack[T]) Push(item T) {
	s.items = append(s.items, item)
}

func New(name string, sizes ...float64) (Shape, error) {
	if name == "circle" {
		return Circle{sizes[0]}, nil
	}
	return nil, fmt.Errorf("no shape %q", ToUpper(name))
}

func init() { cache["unit"] = 1 }

func init() { hits++ }
