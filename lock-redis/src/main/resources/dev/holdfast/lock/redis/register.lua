-- KEYS: register. ARGV: token; to write, the value in Base64
-- -> {'stale', mark} | {'accepted'} | {'accepted', value}, which is what was read
local mark = holdfast_guard(KEYS[1], ARGV[1])
if mark then
  return {'stale', mark}
end
if not ARGV[2] then
  return {'accepted', redis.call('HGET', KEYS[1], 'value') or nil}
end
redis.call('HSET', KEYS[1], 'value', ARGV[2])
return {'accepted'}
