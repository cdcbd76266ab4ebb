package org.example.shapes;

import java.util.List;
import java.util.Map.Entry;
import static java.lang.Math.max;
import java.io.*;

/** A canvas. */
@Sealed(level = 1)
public class Canvas<T extends Shape> extends Base<T> implements Drawable, Closeable {
  private static final int WIDTH = 1, HEIGHTS[] = {2, 3};
  @Inject protected List<T> shapes;

  static {
    register();
  }

  public Canvas(int width, String... names) throws IOException {
    super(width);
  }

  @Override
  public <R> R draw(@NonNull final T shape, Entry<String, R> entry) {
    if (shape == null) return null;
    return entry.getValue();
  }

  public void draw() {
    draw(null, null);
  }

  abstract int sizes()[];

  enum Side implements Named {
    LEFT(1) {
      void flip() {}
    },
    RIGHT;

    int factor;

    Side(int... factors) {}
  }

  interface Drawable {
    int LIMIT = 0X10;

    void draw();

    default void erase() {}
  }

  record Point(int x, int y) implements Named {
    static int count;

    Point {
      count++;
    }

    double length() {
      return Math.sqrt(x * x + y * y);
    }
  }

  @interface Level {
    int value() default 1;
  }

  static class Inner {
    Runnable task = () -> { run(); };

    void run() {
      new Thread() {
        public void run() {}
      }.start();
    }
  }
}
