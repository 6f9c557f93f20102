-- KEYS: lock. Changes nothing.
-- -> {ms until the lock may be free here, 0 if it is, last token, clock}
local known = redis.call('HMGET', KEYS[1], 'o', 'token')
local left = 0
if known[1] then
  local _, expiry = string.match(redis.call('HGET', KEYS[1], 'o:' .. known[1]), '^(%d+) (%d+) ')
  left = math.max(0, math.ceil((tonumber(expiry) - now) / 1000))
end
return {left, tonumber(known[2] or '0'), now}
