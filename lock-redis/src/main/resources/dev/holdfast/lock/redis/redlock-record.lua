-- The namespace record of one of the servers of a Redlock.

local REDLOCK = 'redlock'

-- Makes what is missing of it
-- -> protocol version, mode, longest lease in ms, token above which this server grants, ms until it does.
local function record(key, protocol, maxlease)
  local known = redis.call('HMGET', key, 'protocol', 'mode', 'maxlease')
  if not known[1] then
    known = {protocol, REDLOCK, maxlease}
    redis.call('HSET', key, 'protocol', protocol, 'mode', REDLOCK, 'maxlease', maxlease, 'created', text(now))
  elseif known[1] ~= protocol or known[2] ~= REDLOCK or known[3] ~= maxlease then
    return known[1], known[2] or '?', known[3] or '?', 0, 0
  end
  return known[1], known[2], known[3], grace(key, tonumber(maxlease))
end

