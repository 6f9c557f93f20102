-- Shows a fencing token to the mark of a resource: field "mark" of the hash at this key -> nothing if the token is
-- accepted, and the mark is the token now; the mark if it is higher. Tokens are compared as text without leading zeros:
-- a number of Lua is exact to 2^53 only.
local function holdfast_guard(key, token)
  local mark = redis.call('HGET', key, 'mark')
  if mark and (#mark > #token or (#mark == #token and mark > token)) then
    return mark
  end
  redis.call('HSET', key, 'mark', token)
  return nil
end
