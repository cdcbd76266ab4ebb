open Base
module S = Map.Make (String)
type t = A | B of int
exception E of string
let x = 1
let rec f a b = a + b
and g c = c
let () = print_endline "x"
module M = struct
  let y = 2
  let h z = z
end
module type T = sig
  val f : int -> int
end
external e : int -> int = "e"
class c = object method m = 1 end
