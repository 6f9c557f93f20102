-- Functions of the general case. The layout of a lock is described in docs/redis.md.

local GRANTED, WAITING, BUSY, GONE, GRACE = 1, 2, 3, 4, 5
local POLL_SILENCE = 1000000 -- us after which a waiter that polls is passed over
local MOST_WAITERS = 256 -- looked at by one script
local MOST_TOMBSTONES = 4 -- swept by one script

-- Restarts the retention of the key. PEXPIRE is never refused for lack of memory, and after a first
-- write Redis refuses no further one: a script that must not fail begins with this or with HDEL.
local function keep(key, last, lease)
  local ahead = math.max(0, (last - now) / 1000)
  redis.call('PEXPIRE', key, text(math.ceil(RETENTION + lease + ahead)))
end

-- Entry of a holder -> token, expiry.
local function holding(entry)
  local token, expiry = string.match(entry, '^(%d+) (%d+) ')
  return tonumber(token), tonumber(expiry)
end

local function hold(key, id, token, lease, mode)
  local entry = text(token) .. ' ' .. text(now + lease * 1000) .. ' ' .. lease .. ' ' .. mode
  redis.call('HSET', key, 'token', text(token), 'o', id, 'o:' .. id, entry)
end

-- Makes id the holder of a free lock, with a token above every earlier one (rule S2).
local function grant(key, id, lease, mode)
  local last = tonumber(redis.call('HGET', key, 'token') or '0')
  local token = math.max(last + 1, now)
  hold(key, id, token, lease, mode)
  keep(key, token, lease)
  return token
end

local function unhold(key, id)
  redis.call('HDEL', key, 'o', 'o:' .. id)
end

-- The holder of the lock, with one that has expired removed -> id, token, expiry, or nothing if the lock is free.
local function holder(key)
  local id = redis.call('HGET', key, 'o')
  if not id then
    return nil
  end
  local token, expiry = holding(redis.call('HGET', key, 'o:' .. id))
  if now < expiry then
    return id, token, expiry
  end
  unhold(key, id)
  return nil
end

-- Entry of a waiter -> position, n, heard, lease, mode, channel.
local function waiting(entry)
  local position, n, heard, lease, mode, channel = string.match(entry, '^(%d+) (%d+) (%d+) (%d+) (%a) (%S+)$')
  return tonumber(position), tonumber(n), tonumber(heard), tonumber(lease), mode, channel
end

local function wait(key, id, position, n, heard, lease, mode, channel)
  local entry = text(position) .. ' ' .. n .. ' ' .. text(heard) .. ' ' .. lease .. ' ' .. mode .. ' ' .. channel
  redis.call('HSET', key, 'w:' .. id, entry, 'q:' .. text(position), id)
end

local function unwait(key, id, position)
  redis.call('HDEL', key, 'w:' .. id, 'q:' .. text(position))
end

-- Notes that request n of a waiter was processed. An older request that arrives late proves nothing.
local function hear(key, id, entry, n, lease, channel)
  local position, known, _, _, mode = waiting(entry)
  if tonumber(n) > known then
    wait(key, id, position, n, now, lease, mode, channel)
  end
end

-- Grants the free lock to this waiter -> true, or leaves it in the queue if its client cannot be told.
-- The caller learns it from the reply; a waiter that polls, from its next request; any other from its
-- channel. PUBLISH comes last and through pcall: a refused one must not end the script half way.
local function grant_to_waiter(key, id, entry, caller)
  local position, n, heard, lease, mode, channel = waiting(entry)
  if id ~= caller and channel == '-' and heard + POLL_SILENCE < now then
    return false
  end
  unwait(key, id, position)
  local token = grant(key, id, lease, mode)
  if id == caller or channel == '-' then
    return true
  end
  local told = redis.pcall('PUBLISH', channel, id .. ' ' .. text(token) .. ' ' .. text(n))
  if type(told) == 'number' and (told > 0 or not counts_all) then
    return true
  end
  unhold(key, id)
  wait(key, id, position, text(n), heard, lease, mode, channel)
  return false
end

-- Grants the free lock to the first live waiter (rule L5); the caller's own entry counts as live.
-- -> id of the new holder, or nothing; and whether waiters are left that were not looked at.
local function serve(key, caller)
  if now < grants_from then
    return nil, false
  end
  local bounds = redis.call('HMGET', key, 'head', 'tail')
  if not bounds[2] then
    return nil, false
  end
  local head, tail = tonumber(bounds[1]), tonumber(bounds[2])
  local last = math.min(tail, head + MOST_WAITERS - 1)
  local first_kept, winner
  for position = head, last do
    local id = redis.call('HGET', key, 'q:' .. text(position))
    if id then
      local entry = redis.call('HGET', key, 'w:' .. id)
      local _, _, heard, lease = waiting(entry)
      if id ~= caller and heard + lease * 2000 / 3 < now then
        unwait(key, id, position)
      elseif grant_to_waiter(key, id, entry, caller) then
        winner = id
        first_kept = first_kept or position + 1
        break
      else
        first_kept = first_kept or position
      end
    end
  end
  first_kept = first_kept or last + 1
  if first_kept > tail then
    redis.call('HDEL', key, 'head', 'tail')
  elseif first_kept > head then
    redis.call('HSET', key, 'head', text(first_kept))
  end
  return winner, not winner and last < tail
end

-- Refuses every enter of id for the next two leases: one that is still on its way must not be granted
-- to nobody (rule S10).
local function bury(key, id, lease)
  local position = tonumber(redis.call('HGET', key, 'gt') or '0') + 1
  redis.call('HSET', key, 'g:' .. id, text(now + lease * 2000), 'gt', text(position), 'gq:' .. text(position), id)
  if position == 1 then
    redis.call('HSET', key, 'gh', '1')
  end
end

-- Removes tombstones that have served their time, oldest first.
local function sweep(key)
  local bounds = redis.call('HMGET', key, 'gh', 'gt')
  if not bounds[2] then
    return
  end
  local first, last = tonumber(bounds[1]), tonumber(bounds[2])
  local head = first
  while head <= last and head - first < MOST_TOMBSTONES do
    local id = redis.call('HGET', key, 'gq:' .. text(head))
    local expiry = redis.call('HGET', key, 'g:' .. id)
    if expiry and now < tonumber(expiry) then
      break
    end
    redis.call('HDEL', key, 'g:' .. id, 'gq:' .. text(head))
    head = head + 1
  end
  if head > last then
    redis.call('HDEL', key, 'gh', 'gt')
  elseif head > first then
    redis.call('HSET', key, 'gh', text(head))
  end
end

-- When a waiter looks again, in ms: soon after the holder's lease (or the grace) at the latest, for nobody
-- announces its end.
local function recheck(lease, expiry, more)
  if more then
    return 1
  end
  local free = math.max(expiry or now, grants_from)
  return math.ceil(math.min(lease / 3, math.max(0, free - now) / 1000 + 5))
end
