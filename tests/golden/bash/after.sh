#!/bin/bash
# Draws it.
limit=1

draw() {
  local side=$1
  echo "$side"
  spin "$side"
}

function spin {
  return 1
}

if [ "$limit" = 1 ]; then
  shout() { echo louder; }
fi

draw left
