import React from 'react'
import { a, d, b as c } from "./m";
import * as ns from "ns";
import "side-effect";

export const add = (x, y) => (x + y);
const twice = (x) => x * 2, SIZE = 10
let { first, second: other, ...rest } = ns;

export async function greet(name, greeting = "Hi", ...more) {
  return `${greeting}, ${name}` + more;
}

export default class Widget extends React.PureComponent {
  static defaults = { color: "red" };
  state = { on: true };

  constructor(props) {
    super(props);
    this.toggle = this.toggle.bind(this); // bound once
  }

  get label() {
    return this.props.label;
  }

  set label(value) {
    this.props.label = String(value);
  }

  async toggle() {
    await this.setState({
      on: !this.state.on
    });
  }
}

if (typeof globalThis !== "undefined") {
  function browser() {
    return window.document;
  }
} else {
  var headless = true;
}

exports.helper = (a, b) => {
  return add(a, b);
};

console.log("loaded", SIZE);
