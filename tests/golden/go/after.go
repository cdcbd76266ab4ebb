// Package shapes measures shapes.
package shapes

import (
	"errors"
	"fmt"
	_ "embed"
	m "math/big"
	. "strings"
)

const (
	Pi = 3.14
)

const (
	Red = iota
	Green
	Blue
)

var cache, hits = map[string]float64{}, 0

type Shape interface {
	Area() float64
	Name() string
}

type Circle struct {
	Radius float64 // in metres
}

type Square struct{ Side float64 }

type Stack[T any] struct{ items []T }

func (c Circle) Area() float64 {
	return Pi * c.Radius * c.Radius
}

func (s Square) Area() float64 {
	return m.Pow(s.Side, 0x2)
}

func (s *Stack[T]) Push(item T) {
	s.items = append(s.items, (item))
}

func New(name string, sizes ...float64) (Shape, error) {
	if name == "circle" {
		return Circle{sizes[0]}, nil
	}
	return nil, errors.New(ToUpper(name))
}

func init() { cache["unit"] = 1 }
