-- Every script begins with this. Times: "now" and expiries in microseconds of the server clock, leases in milliseconds.

local RETENTION = 86400000 -- ms that the last token of an idle lock is kept

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

-- Before this time nobody is granted a lock: zero in default mode, grace.lua raises it in strict mode.
local grants_from = 0

-- Whether what PUBLISH answers counts all who hear it; cluster.lua says no.
local counts_all = true

-- Lua prints 1.7e+15 for a large number otherwise. In two parts: the C library is slow with sixteen digits at once.
local function text(number)
  if number < 1000000 then
    return string.format('%.0f', number)
  end
  local millions = math.floor(number / 1000000)
  return string.format('%.0f%06d', millions, number - millions * 1000000)
end

