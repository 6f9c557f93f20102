-- KEYS: locks. ARGV: lease in ms, then for each lock: id, token, whether an enter of id is unanswered (1 or 0)
-- -> for each lock: 1 released | 0 not held
local lease = tonumber(ARGV[1])

local function release(key, id, token, unanswered)
  -- A key of another type must not stand in the way of the other locks.
  local known = redis.pcall('HMGET', key, 'o:' .. id, 'tail', 'token', 'w:' .. id)
  if known.err then
    return 0
  end
  local held, expiry
  if known[1] then
    held, expiry = holding(known[1])
  end
  if held == token then
    unhold(key, id)
  end
  local freed = held == token
  if unanswered then
    -- An enter that came after the lease had lapsed may have brought id a younger grant or a place in the
    -- queue, for which nobody waits (rule S10).
    if held and held > token then
      unhold(key, id)
      freed = true
    end
    if known[4] then
      unwait(key, id, (waiting(known[4])))
    end
    local last = tonumber(known[3] or '0')
    keep(key, last, lease)
    sweep(key)
    bury(key, id, lease)
    keep(key, last, lease)
  end
  if not freed then
    return 0
  end
  if known[2] then
    serve(key)
  end
  return held == token and now < expiry and 1 or 0
end

local result = {}
for i, key in ipairs(KEYS) do
  result[i] = release(key, ARGV[3 * i - 1], tonumber(ARGV[3 * i]), ARGV[3 * i + 1] == '1')
end
return result
