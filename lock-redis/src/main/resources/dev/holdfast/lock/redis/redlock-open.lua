-- KEYS: namespace record. ARGV: protocol version, longest lease in ms
-- -> {protocol version, mode, longest lease, ms until this server grants, its clock in us, its life}
local protocol, mode, longest, _, rest = record(KEYS[1], ARGV[1], ARGV[2])
return {protocol, mode, longest, text(rest), text(now), life}
