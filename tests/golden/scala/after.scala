package org.example.shapes

import org.example.base.Paintable
import org.example.tools.{Pen, Brush => Stroke, _}
import scala.math._

/** A canvas. */
class Canvas(val width: Int, title: String = "a")(implicit store: Store) extends Base[Int] with Drawable {
  private[this] val left, right = 1
  var (x, y) = (1, 2)
  lazy val limit: Int = 16
  type Item = Int

  def this() = this(1)

  def draw[T](shape: T, depth: Int = 3)(rest: T*): Unit = {
    pen.spin(shape)
    close(depth)
  }

  def surface: Int

  object Side {
    def flip: Int = 2
  }

  case class Point(x: Int, y: Int)
}

trait Named[A] extends Base {
  def name(x: A): String
  val size: Int
}

object Canvas extends App {
  def main(args: Array[String]): Unit = {
    println(args.length)
  }
}

sealed abstract class Shape

package object tools {
  val answer = 43
}
