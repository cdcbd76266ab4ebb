import Foundation
import struct Base.Store

/// A canvas.
public final class Canvas<T>: Base, Drawable {
    public let width: Int = 16, height = 2
    private var title: String {
        get { "b" }
        set { store(newValue) }
    }
    static let shared = Canvas()

    public init(width: Int, title: String = "y") {
        self.width = width
    }

    deinit {
        close()
    }

    func draw(_ shape: T, with pen: Pen = .thin, rest: Int...) async throws -> String? {
        pen.spin()
        return nil
    }

    subscript(index: Int) -> Int {
        return items[index]
    }

    static func == (left: Canvas, right: Canvas) -> Bool {
        left.width == right.width
    }

    enum Side: String {
        case left, right(Int), top

        func flip() {}
    }

    struct Point {
        var x: Double
    }

    typealias Item = Int
}

extension Canvas: Named where T: Shape {
    func called() -> String { "canvas" }
}

public protocol Drawable: AnyObject {
    associatedtype Shape
    var size: Int { get }
    func erase(all: Bool, now: Bool) -> Int
    init()
}

func top(x: Int) -> Int {
    return x + 1
}

#if os(Linux)
let name = "penguin"
#else
let name = "other"
#endif
