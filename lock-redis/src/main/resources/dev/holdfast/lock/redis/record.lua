-- KEYS: namespace record. ARGV: protocol version, mode, in strict mode the longest lease in ms
-- -> {protocol version, mode, longest lease or 0} of the record, which is made if there is none
local created = redis.call('TIME')
local found = redis.call('HMGET', KEYS[1], 'protocol', 'mode', 'maxlease')
if found[1] then
  return {found[1], found[2] or '?', found[3] or '0'}
end
redis.call('HSET', KEYS[1], 'protocol', ARGV[1], 'mode', ARGV[2],
  'created', string.format('%.0f', created[1] * 1000000 + created[2]))
if ARGV[3] ~= '0' then
  redis.call('HSET', KEYS[1], 'maxlease', ARGV[3])
end
return {ARGV[1], ARGV[2], ARGV[3]}
