-- KEYS: lock, namespace record. ARGV: id, lease in ms, mode, proposed token, protocol version, longest lease in ms
-- -> {GRANTED, token, clock} | {BUSY, last token, clock, ms until it may be free} | {GONE, 0, clock}
--    | {GRACE, 0, clock, ms until this server grants} | {REFUSED, 0, clock}
local REFUSED = 6
local key, id, lease, mode, proposed = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

local protocol, kind, longest, from, rest = record(KEYS[2], ARGV[5], ARGV[6])
if protocol ~= ARGV[5] or kind ~= REDLOCK or longest ~= ARGV[6] or lease > tonumber(longest) then
  return {REFUSED, 0, now}
end
if rest > 0 then
  return {GRACE, 0, now, rest}
end
local known = redis.call('HMGET', key, 'token', 'g:' .. id, 'gt')
local last = tonumber(known[1] or '0')
if known[2] then
  return {GONE, 0, now}
end
if known[3] then
  sweep(key)
end
local owner, token, expiry = holder(key)
if owner and owner ~= id then
  return {BUSY, last, now, math.ceil((expiry - now) / 1000)}
end
if not owner then
  -- Above every token of this life, which is kept here, and of every earlier one, which began before "from".
  token = math.max(last + 1, from + 1, proposed)
end
hold(key, id, token, lease, mode)
keep(key, token, lease)
return {GRANTED, token, now}
