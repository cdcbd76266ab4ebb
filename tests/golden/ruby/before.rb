require 'set'

# A canvas.
module Shapes
  class Canvas < Struct.new(:width)
    include Enumerable
    attr_reader :title

    LIMIT = 0x10
    LEFT, RIGHT = 1, 2
    TEXT = <<~END
      a text
    END

    Point = Struct.new(:x, :y) do
      def dist
        x + y
      end
    end

    Failed = Class.new(StandardError)

    def initialize(width, title = 'a', *rest, depth:, side: 2, **options, &block)
      super()
      @title = title
    end

    def self.make(width)
      new(width)
    end

    class << self
      def build
        make(1)
      end

      private

      def hidden
        TEXT
      end
    end

    private def secret
      1
    end

    def ==(other)
      other.width == width
    end

    def [](index) = @items[index]

    def name=(value)
      @name = value
    end

    if RUBY_VERSION > '3'
      def each
        yield 1
      end
    else
      def each(&block)
        [1].each(&block)
      end
    end

    begin
      require 'fast'
      def fast; true; end
    rescue LoadError
      def fast; false; end
    end

    def page(row)
      render(<<~HTML, row)
        <b>#{row}</b>
      HTML
    end
  end

  class Tools::Pen
    def draw() turn(1) end
  end
end

def Shapes.count(items)
  items.size
end

def top(x) = x + 1

EMPTY = [].freeze

class Legacy
  def call
    1
  end
end if RUBY_VERSION < '2'
