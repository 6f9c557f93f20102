-- Delayed restart. The namespace record says which run of this server grants, and from when: a server that
-- restarted, or lost its data, finds another run there, or none, and grants nobody before every lease that it may have
-- forgotten is over.
-- Fields of the record: run, from (us of the server clock; no grant before), maxlease (ms; no lease is longer).

-- -> from, which is not before the end of any lease that an earlier run of this server can have granted.
local function grace(record, maxlease)
  local known = redis.call('HMGET', record, 'run', 'from', 'maxlease')
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  local from, longest = tonumber(known[2] or '0'), tonumber(known[3] or maxlease)
  local latest = now + math.max(longest, maxlease) * 1000
  if known[1] ~= run or from > latest then
    from = latest
    redis.call('HSET', record, 'run', run, 'from', text(from), 'maxlease', text(longest))
  end
  return from
end

