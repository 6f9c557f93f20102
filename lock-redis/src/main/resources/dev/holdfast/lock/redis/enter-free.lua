-- The common case of enter.lua, apart because it is done before the functions of the general case are even made:
-- nobody holds the lock, waits for it, or was refused it. Does what enter.lua would do then.
local free = redis.call('HMGET', KEYS[1], 'o', 'tail', 'gt', 'token')
if not (free[1] or free[2] or free[3]) and grants_from <= now
  and tonumber(free[4] or '0') < now and tonumber(ARGV[7]) < now then
  local id, token = ARGV[1], text(now)
  local entry = token .. ' ' .. text(now + ARGV[3] * 1000) .. ' ' .. ARGV[3] .. ' ' .. ARGV[4]
  redis.call('HSET', KEYS[1], 'token', token, 'o', id, 'o:' .. id, entry)
  redis.call('PEXPIRE', KEYS[1], text(RETENTION + ARGV[3]))
  return {1, now}
end

