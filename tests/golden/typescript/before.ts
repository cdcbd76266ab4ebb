import type { Shape, Point as Vertex } from './shapes';
import Default, * as geometry from "./geometry";
import legacy = require('legacy');
import './side-effect';

export function area(shape: string): number;
export function area(shape: any, scale?: number, ...rest: number[]): number {
  return scale ? shape.area * scale : shape.area;
}

@sealed()
export abstract class Canvas<T extends Shape> extends Base<T> implements Drawable {
  private readonly width: number = 1;
  #pen = 2;
  declare height: number;
  render = async (frame: Frame) => {
    await frame.paint();
  };

  constructor(private origin: Vertex) {
    super();
  }

  static {
    register(Canvas);
  }

  @memo get label(): string {
    return 'canvas';
  }

  abstract clear(): void;

  @log()
  @once
  draw(shape: T): void {
    this.paint(shape);
  }

  [key: string]: unknown;
}

interface Drawable {
  draw(shape: Shape): void;
}

export type Colour = 'red' | 'green';

export enum Side {
  Left,
  Right = 4,
}

namespace Units.Metric {
  export const metre = 1;
  export function toFeet(value: number) {
    return value * 3.28;
  }
}

declare function native(handle: number): void;
declare const version: string, build: number;

export const [first, { second: renamed = 1 }] = pair();

const handlers = {
  limit: 10,
  open() {
    return true;
  },
  nested: {
    close: async () => false,
  },
} as const;

Canvas.prototype.reset = function (hard: boolean) {
  return hard;
};

if (process.env.DEBUG) {
  var debug = (text: string) => console.log(text);
} else setup.quiet = function () {};

export default {
  name: 'view',
  methods: {
    load() {
      return [1, , 2];
    },
  },
};

export { Canvas as Picture };
