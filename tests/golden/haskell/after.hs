module M where
import Data.List (sort)
data Shape = Circle Double | Square { side :: Int }
newtype N = N Int
type Other = Int
class C a where
  m :: a -> Int
  m _ = 2
instance C Int where
  m x = x
f :: Int -> Int
f 0 = 2
f x = g x
  where g y = y
(+++) :: Int -> Int -> Int
a  +++  b = a
x :: Int
x = 1
y :: Int
y = 2
