-- KEYS: lock. ARGV: id, lease in ms, whether an enter of id is unanswered (1 or 0)
-- -> {GONE, 0}
local key, id, lease, unanswered = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1'

keep(key, tonumber(redis.call('HGET', key, 'token') or '0'), lease)
local queued = redis.call('HGET', key, 'w:' .. id)
if queued then
  unwait(key, id, (waiting(queued)))
end
local owner = holder(key)
if owner == id then
  unhold(key, id)
  owner = nil
end
if unanswered then
  sweep(key)
  bury(key, id, lease)
  keep(key, tonumber(redis.call('HGET', key, 'token') or '0'), lease)
end
if not owner then
  serve(key)
end
return {GONE, 0}
