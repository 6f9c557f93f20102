-- Strict mode, docs/redis.md. KEYS: the namespace record comes last. ARGV: the longest lease of the namespace in ms
-- and its mode come last. All are taken away here, so that what follows finds the same as in default mode.
--
-- A server that was restarted, promoted or emptied may have forgotten grants. Each of that gives it another replication
-- id, or takes the record away. From the first script that sees it nobody is granted a lock for as long as a lease that
-- was forgotten can last.
local record, strict, longest = table.remove(KEYS), table.remove(ARGV), table.remove(ARGV)
local kept = redis.call('HMGET', record, 'protocol', 'mode', 'maxlease', 'run', 'from')
if kept[1] and not (kept[1] == '1' and kept[2] == strict and kept[3] == longest) then
  return redis.error_reply('FOREIGN protocol ' .. kept[1] .. ', mode ' .. (kept[2] or '?')
    .. (kept[3] and ', maxLease ' .. kept[3] .. 'ms' or ''))
end
local from = kept[4] == life and tonumber(kept[5] or '')
-- Further ahead than any grace: the clock was set back since.
if not from or from > now + longest * 1000 then
  from = now + longest * 1000
  -- Through pcall, for a release must work without memory: unwritten, the grace begins anew with the next script.
  redis.pcall('HSET', record, 'protocol', '1', 'mode', strict, 'maxlease', longest, 'run', life, 'from', text(from))
  redis.pcall('HSETNX', record, 'created', text(now))
end
if from > 0 and from <= now then
  -- Over for this life, also if the clock is set back.
  from = 0
  redis.pcall('HSET', record, 'from', '0')
end
grants_from = from
