local shapes = require("shapes")
local M = {}
local limit, depth = 0x10, 2
count = 3

function M.draw(shape, ...)
  shape:paint()
  return limit
end

function M:turn(side)
  self.side = side
end

local function helper(x)
  return (x + 1)
end

M.shout = function(text)
  return text:upper()
end

return M
