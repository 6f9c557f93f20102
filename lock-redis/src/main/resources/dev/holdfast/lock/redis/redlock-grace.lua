-- Delayed restart. The namespace record says which life of this server grants, and from when: a server that
-- restarted, or lost its data, finds another one there, or none, and grants nobody before every lease that it may have
-- forgotten is over.
-- Fields of the record: run (the life), from (us of the server clock; no grant before, no token below), maxlease (ms;
-- no lease is longer), over (1 once this life has reached from, whatever its clock shows later).

-- -> from, and ms until this server grants, or 0.
local function grace(record, maxlease)
  local known = redis.call('HMGET', record, 'run', 'from', 'maxlease', 'over')
  local from, longest = tonumber(known[2] or '0'), tonumber(known[3] or maxlease)
  if known[1] == life and known[4] then
    return from, 0
  end
  local latest = now + math.max(longest, maxlease) * 1000
  if known[1] ~= life or from > latest then
    from = latest
    redis.call('HDEL', record, 'over')
    redis.call('HSET', record, 'run', life, 'from', text(from), 'maxlease', text(longest))
  elseif from <= now then
    redis.call('HSET', record, 'over', '1')
  end
  return from, math.max(0, math.ceil((from - now) / 1000))
end

