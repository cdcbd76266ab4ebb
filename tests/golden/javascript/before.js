import React from "react";
import { a, b as c } from './m';
import * as ns from "ns";
import "side-effect";

// a constant function is a function
export const add = (x, y) => x + y;
const twice = x => x * 2, SIZE = 10;
let { first, second: other, ...rest } = ns;

export function greet(name, greeting = "Hello") {
  return greeting + ", " + name;
}

export default class Widget extends React.Component {
  static defaults = { color: 'red', };
  state = { on: false };

  constructor(props) {
    super(props);
    this.toggle = this.toggle.bind(this);
  }

  get label() {
    return this.props.label;
  }

  set label(value) {
    this.props.label = value;
  }

  async toggle() {
    await this.setState({ on: !this.state.on });
  }

  handle = (event) => {
    this.toggle(event);
  };
}

if (typeof window !== "undefined") {
  function browser() {
    return window.document;
  }
} else {
  var headless = true;
}

exports.helper = function (a, b) {
  return add(a, b);
};

console.log("loaded");
