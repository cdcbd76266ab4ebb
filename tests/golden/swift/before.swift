import Foundation
import struct Base.Store

/// A canvas.
public final class Canvas<T>: Base, Drawable {
    public let width: Int = 0x10, height = 2
    private var title: String {
        get { "a" }
        set { store(newValue) }
    }
    static let shared = Canvas()

    public init(width: Int, title: String = "x") {
        self.width = width
    }

    deinit {
        close()
    }

    func draw(_ shape: T, with pen: Pen = .thin, rest: Int...) async throws -> String? {
        pen.turn()
        return nil
    }

    subscript(index: Int) -> Int {
        return items[index]
    }

    static func == (left: Canvas, right: Canvas) -> Bool {
        left.width == right.width
    }

    enum Side: String {
        case left, right(Int)

        func flip() {}
    }

    struct Point {
        var x: Int
    }

    typealias Item = Int
}

extension Canvas: Named where T: Shape {
    func named() -> String { "canvas" }
}

public protocol Drawable: AnyObject {
    associatedtype Shape
    var size: Int { get }
    func erase(all: Bool) -> Int
    init()
}

func top(x: Int) -> Int {
    return (x + 1)
}

#if os(Linux)
let name = "linux"
#else
let name = "other"
#endif
