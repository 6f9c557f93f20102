-- KEYS: lock. ARGV: id, token that this server gave it, token that it has altogether, which is higher
-- -> {1} if id holds, with that token now, or {0}
local key, id, given, raised = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local known = redis.call('HMGET', key, 'o:' .. id, 'token')
if not known[1] then
  return {0}
end
local token, expiry, lease, mode = string.match(known[1], '^(%d+) (%d+) (%d+) (%a)$')
token, expiry = tonumber(token), tonumber(expiry)
if now >= expiry or (token ~= given and token ~= raised) then
  return {0}
end
local last = math.max(tonumber(known[2] or '0'), raised)
local entry = text(raised) .. ' ' .. text(expiry) .. ' ' .. lease .. ' ' .. mode
redis.call('HSET', key, 'token', text(last), 'o:' .. id, entry)
keep(key, last, tonumber(lease))
return {1}
