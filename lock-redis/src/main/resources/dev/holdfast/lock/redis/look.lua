-- KEYS: lock. ARGV: id, n, lease in ms, mode, channel or -
-- -> {GRANTED, token} | {WAITING, ms until a recheck} | {GONE, 0}
local key, id, n, lease, mode, channel = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]

local last = redis.call('HGET', key, 'token')
if not last then
  return {GONE, 0}
end
keep(key, tonumber(last), lease)
local owner, token, expiry = holder(key)
if owner == id and now < grants_from then
  unhold(key, id)
  return {GONE, 0}
elseif owner == id then
  hold(key, id, token, lease, mode)
  return {GRANTED, token}
end
local queued = redis.call('HGET', key, 'w:' .. id)
if queued then
  hear(key, id, queued, n, lease, channel)
end
local more = false
if not owner then
  owner, more = serve(key, queued and id)
  if owner then
    owner, token, expiry = holder(key)
  end
  if owner == id then
    return {GRANTED, token}
  end
end
if not queued then
  return {GONE, 0}
end
return {WAITING, recheck(lease, expiry, more)}
