-- KEYS: lock. ARGV: id, n, lease in ms, mode, may wait (1 or 0), channel or -, token floor
-- -> {GRANTED, token} | {WAITING, ms until a recheck} | {BUSY, ms until a recheck} | {GONE, 0}
--    | {GRACE, ms until somebody is granted a lock}
local key, id, n, lease = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local mode, may_wait, channel, floor = ARGV[4], ARGV[5] == '1', ARGV[6], tonumber(ARGV[7])

local known = redis.call('HMGET', key, 'token', 'o', 'w:' .. id, 'g:' .. id, 'tail', 'gt')
local last, queued = tonumber(known[1] or '0'), known[3]
if known[4] then
  return {GONE, 0}
end
if known[6] then
  sweep(key)
end
local owner, token, expiry
if known[2] then
  owner, token, expiry = holder(key)
end
if owner == id and now < grants_from then
  -- What this server remembers of the grant may be older than the end of it.
  unhold(key, id)
  owner, expiry = nil, nil
elseif owner == id then
  hold(key, id, token, lease, mode)
  keep(key, token, lease)
  return {GRANTED, token}
end
if last < floor then
  redis.call('HSET', key, 'token', text(floor))
  keep(key, floor, lease)
end
if queued then
  hear(key, id, queued, n, lease, channel)
end
local more = false
if not owner then
  if known[5] then
    owner, more = serve(key, id)
  end
  if not owner and not more and grants_from <= now then
    return {GRANTED, grant(key, id, lease, mode)}
  end
  owner, token, expiry = holder(key)
  if owner == id then
    return {GRANTED, token}
  end
end
if not may_wait then
  if not owner and now < grants_from then
    -- Nobody is known to hold it, and somebody may: that is not "held by another".
    return {GRACE, math.ceil((grants_from - now) / 1000)}
  end
  return {BUSY, recheck(lease, expiry, more)}
end
if not queued then
  if not known[1] then
    -- Only in a grace does somebody wait for a lock that nobody was ever granted.
    redis.call('HSETNX', key, 'token', '0')
    keep(key, 0, lease)
  end
  local tail = tonumber(redis.call('HGET', key, 'tail') or '0') + 1
  wait(key, id, tail, n, now, lease, mode, channel)
  redis.call('HSET', key, 'tail', text(tail))
  redis.call('HSETNX', key, 'head', text(tail))
end
return {WAITING, recheck(lease, expiry, more)}
