package org.example.shapes;

import java.util.List;
import java.util.Map;
import static java.lang.Math.max;
import java.io.*;

/** A canvas. */
@Sealed(level = 1)
public class Canvas<T extends Shape> extends Base<T> implements Drawable, Closeable {
  private static final int WIDTH = 2, HEIGHTS[] = {2, 3};
  @Inject protected List<T> shapes;

  static {
    register();
  }

  public Canvas(int width, String... names) throws IOException {
    super(width + 1);
  }

  @Override
  public <R> R draw(@NonNull final T shape, Entry<String, R> entry) {
    if ((shape == null)) return null;
    return entry.getValue();
  }

  public void paint() {
    draw(null, null);
  }

  abstract long sizes()[];

  enum Side implements Named {
    LEFT(1) {
      void flip() {}
    },
    RIGHT, TOP;

    int factor;

    Side(int... factors) {}
  }

  interface Drawable {
    int LIMIT = 16;

    void draw();

    default void erase() {
    }
  }

  record Point(int x, int y) implements Named {
    static int count;

    Point {
      count++;
    }

    double length() {
      return x + y;
    }
  }

  @interface Level {
    int value() default 2;
  }

  static class Inner {
    Runnable task = () -> { run(); };

    void run() {
      new Thread() {
        public void run() {}
      }.run();
    }
  }
}
