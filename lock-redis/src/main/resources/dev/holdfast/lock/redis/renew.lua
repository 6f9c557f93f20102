-- KEYS: locks. ARGV: lease in ms, then for each lock: id, token
-- -> for each lock: 1 renewed | 0 no longer held | 2 the lock has lost its data
local lease = tonumber(ARGV[1])

local function renew(key, id, token)
  -- A key of another type must not stand in the way of the other locks.
  local known = redis.pcall('HMGET', key, 'token', 'o:' .. id)
  if known.err or not known[1] or tonumber(known[1]) < token then
    return 2
  end
  if not known[2] then
    return 0
  end
  local held, expiry = holding(known[2])
  if held ~= token then
    return 0
  end
  keep(key, token, lease)
  if now >= expiry then
    -- Never brings an expired grant back (rule S7).
    unhold(key, id)
    serve(key)
    return 0
  end
  hold(key, id, token, lease, string.match(known[2], '%a$'))
  return 1
end

local result = {}
for i, key in ipairs(KEYS) do
  result[i] = renew(key, ARGV[2 * i], tonumber(ARGV[2 * i + 1]))
end
return result
