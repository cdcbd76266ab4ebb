using System;
using static System.Math;
using Lists = System.Collections.Generic.List<int>;

namespace Example.Shapes
{
    using System.Text;

    [Sealed(1)]
    public abstract partial class Canvas<T> : Base<T>, IDrawable where T : class
    {
        public const int Width = 1, Height = 3;
        public event EventHandler Drawn, Cleared;
        public event EventHandler Moved { add { } remove { } }
        public int Count { get; private set; } = 1;

        public Canvas(int width, params string[] names) : base(width)
        {
            Count = (width);
        }

        ~Canvas() { }

        public int this[int index]
        {
            get { return index; }
        }

        public static Canvas<T> operator +(Canvas<T> left, Canvas<T> right) => right;

        public async Task<int> Draw<R>(ref int x, R shape, int times = 2)
        {
            if (times > 1) return x;
            return await shape.Area(x);
        }

        void IDrawable.Clear() { }

        public enum Side { Left, Right = 4, }

        public delegate void Handler(object sender);

#if NET8_0_OR_GREATER
        public void Fast() { }
#else
        public void Slower() { }
#endif
    }

    public record Point(int X, double Y);

    public interface IDrawable
    {
        int Depth { get; }
        void Clear();
    }
}
