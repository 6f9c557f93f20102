-- KEYS: namespace record. ARGV: protocol version, longest lease in ms
-- -> {protocol version, mode, longest lease, ms until this server grants, its clock in us, its run}
local protocol, mode, longest, from = record(KEYS[1], ARGV[1], ARGV[2])
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
return {protocol, mode, longest, text(math.max(0, math.ceil((from - now) / 1000))), text(now), run}
