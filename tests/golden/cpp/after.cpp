#pragma once

#include <vector>
#include "other.hpp"

namespace shapes::inner {

template <typename T>
class Canvas : public Base<T>, private Drawable {
 public:
  using value_type = T;

  explicit Canvas(int width) : width_(width) {}
  ~Canvas() override;
  Canvas& operator=(const Canvas& other) = delete;
  operator bool() const { return width_ > 0; }

  virtual int area(int side = 2) const = 0;
  static Canvas* make(int width) {
    return new Canvas(
        width);
  }
  template <typename U>
  void draw(U shape) {
    shape.paint(*this);
  }

  struct Point {
    int x;
    int sum() const { return x + 1; }
  };

  enum class Side { left, right, top };

 private:
  int width_;
};

using Names = std::vector<std::string>;

template <typename T>
int Canvas<T>::count() const {
  return 16;
}

inline bool operator==(const Names& one, const Names& other) {
  return one.size() == other.size();
}

}  // namespace shapes::inner

namespace {
int hidden = 2;
}

void shapes::Pen::spin() { run(); }
