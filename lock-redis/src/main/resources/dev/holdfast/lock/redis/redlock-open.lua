-- KEYS: namespace record. ARGV: protocol version, longest lease in ms
-- -> {protocol version, mode, longest lease, ms until this server grants, its clock in us, its run}
local protocol, mode, longest, _, rest = record(KEYS[1], ARGV[1], ARGV[2])
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
return {protocol, mode, longest, text(rest), text(now), run}
