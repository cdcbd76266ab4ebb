module M
using Base: show
import A.B as C
export f
const X = 1
global y = 2
abstract type Shape end
struct Circle{T} <: Shape
    r::T
end
mutable struct S
    x::Int
end
function f(x::Int, y=1; z)::Int where T
    x + y
end
g(x) = x + 1
Base.show(io::IO, c::Circle) = print(io, c)
macro m(x)
    x
end
"doc"
function h end
end
