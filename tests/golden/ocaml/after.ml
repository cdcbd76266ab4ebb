open Base
module S = Map.Make (String)
type t = A | B of float
exception E of string
let  x  =  1
let rec f a b = b + a
and g c = c
let () = print_endline "y"
module M = struct
  let y = 3
  let k z = z
end
module type T = sig
  val f : int -> int
end
external e : int -> int = "e"
class c = object method m = 1 end
let fresh () = 1
