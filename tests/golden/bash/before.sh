#!/bin/bash
# Draws.
limit=1

draw() {
  local side=$1
  echo "$side"
  turn "$side"
}

function turn {
  return 1
}

if [ "$limit" = 1 ]; then
  shout() { echo loud; }
fi

draw left
