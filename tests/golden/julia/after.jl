module M
using Base: show
import A.B as C
export f
const X = 2
global y = 2
abstract type Shape end
struct Circle{T} <: Shape
    r::T
end
mutable struct S
    x::Int
    y::Int
end
function f(x::Int, y=1; z)::Int where T
    y + x
end
k(x) = x + 1
Base.show(io::IO, c::Circle) = print( io,c )
macro m(x)
    x
end
"doc"
added(a) = a
function h end
end
