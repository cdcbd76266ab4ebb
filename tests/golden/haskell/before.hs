module M where
import Data.List (sort)
data Shape = Circle Int | Square { side :: Int }
newtype N = N Int
type Alias = Int
class C a where
  m :: a -> Int
  m _ = 1
instance C Int where
  m x = x
f :: Int -> Int
f 0 = 1
f x = g x
  where g y = y
(+++) :: Int -> Int -> Int
a +++ b = a
x :: Int
x = 1
