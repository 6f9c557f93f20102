-- KEYS: namespace record. ARGV: protocol version, mode
-- -> {protocol version, mode} of the record, which is made if there is none
local created = redis.call('TIME')
local found = redis.call('HMGET', KEYS[1], 'protocol', 'mode')
if found[1] then
  return {found[1], found[2] or '?'}
end
redis.call('HSET', KEYS[1], 'protocol', ARGV[1], 'mode', ARGV[2],
  'created', string.format('%.0f', created[1] * 1000000 + created[2]))
return {ARGV[1], ARGV[2]}
