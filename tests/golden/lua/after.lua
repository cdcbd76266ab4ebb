local shapes = require("shapes")
local M = {}
local limit, depth = 16, 2
count = 4

function M.draw(shape, ...)
  shape:erase()
  return limit
end

function M:spin(side)
  self.side = side
end

local function helper(x)
  return x + 1
end

M.shout = function(text)
  return text:lower()
end

return M
