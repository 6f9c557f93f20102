-- Which life of the server this is. Redis makes a new replication id at each start of a primary and at each promotion,
-- and a replica has that of its primary: so the same id means this process, primary without a break.
local life = string.match(redis.call('INFO', 'replication'), 'role:master.-master_replid:(%x+)')
if not life then
  return redis.error_reply('READONLY this server is no primary')
end

