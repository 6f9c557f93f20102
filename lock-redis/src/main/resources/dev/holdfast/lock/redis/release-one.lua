-- The common case of release.lua, apart because it is done before the functions of the general case are even made:
-- one lock, held, for which nobody waits, and no enter of its holder can come late. Does what release.lua would do.
if not KEYS[2] and ARGV[4] == '0' then
  local entry = 'o:' .. ARGV[2]
  local known = redis.pcall('HMGET', KEYS[1], entry, 'tail')
  if known[1] and not known[2] then
    local token, expiry = string.match(known[1], '^(%d+) (%d+) ')
    if token == ARGV[3] then
      redis.call('HDEL', KEYS[1], 'o', entry)
      return {now < tonumber(expiry) and 1 or 0}
    end
  end
end

