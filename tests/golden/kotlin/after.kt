@file:JvmName("Shapes")

package org.example.shapes

import java.util.Map
import kotlin.math.PI as CIRCLE
import org.example.base.*

/** The canvas. */
@Suppress("unused")
public open class Canvas<T : Shape>(
    val width: Int,
    private var title: String = "a",
) : Base<T>(width), Drawable by other {
    private val heights: Map<String, List<Int>> = mapOf("a" to listOf(1, 2, 3))
        get() = field

    lateinit var name: String
    val (left, right) = pair
    var cached: Int by lazy { 16 }
        private set

    constructor(width: Int) : this(width, "b") {
        register()
    }

    init {
        run()
    }

    companion object {
        const val LIMIT = 2
        fun make(): Canvas<Shape> = Canvas(LIMIT)
    }

    suspend fun <R> draw(vararg shapes: T, depth: Int = 4): R? where R : Any {
        if (depth > 2) {
            return null
        }
        return shapes.first().draw(
            depth,
        )
    }

    val String.extra: Int
        get() = length + 1

    abstract fun surface(): Double

    override operator fun plus(other: Canvas<T>): Canvas<T> {
        return other.copy(x = 1)
    }

    inner class Side {
        fun flip() {
            turn()
        }
    }

    object Registry : Store() {
        fun clear() {
            items.clear()
        }
    }
}

enum class Corner(val turns: Int) : Named {
    LEFT(1) {
        override fun flip() {}
    },
    RIGHT(3);

    fun turn() = turns + 1
}

interface Drawable {
    val size: Long

    fun erase()
}

data class Point(val x: Int, val y: Int, val z: Int)

typealias Names = List<String>

@Target(CLASS)
annotation class Level

fun String.shout(): String = uppercase() + "!"

internal fun `with space`(x: Int) { println(x); }

val factor = { x: Int -> x * 2 }
