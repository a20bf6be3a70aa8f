-- Puts what was posted into the inboxes of the Missions whose rules have the addresses.
--
-- KEYS     receipt, index of addresses, Missions with something in their inboxes; then for each
--          address tombstone, record, addresses of the Mission, inbox, posts of this minute
-- ARGV     how long the receipt is kept in ms, the most posts of a minute, how long they are
--          counted in ms, the most deliveries that may wait; then for each address
--          its digest, what the index says of it, its Task, its record, the Mission's member of the
--          index of inboxes, how many posts came, how many of them are to be stored; and for each
--          of these its place among the posts and the delivery
--
-- Returns for each address, in order, joined by ',': 'gone' when it is no longer what was read,
-- 'unreadable' for a key that holds what it should not, or one letter for each delivery: T taken,
-- M too many in this minute, F the inbox is full. The same batch sent again (its reply was lost)
-- gets the same answer.

local known = redis.call('GET', KEYS[1])
if known then
  return known
end

local call = redis.call
local clock = call('TIME')
local now = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))
local most, counted_ms, waiting_max = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

-- The last reads see that what is about to be written can be.
local function is_gone(k, a)
  local gone = call('EXISTS', KEYS[k + 1]) == 1
    or call('EXISTS', KEYS[k + 2]) == 0
    or call('HGET', KEYS[2], ARGV[a + 1]) ~= ARGV[a + 2]
    or call('HGET', KEYS[k + 3], ARGV[a + 3]) ~= ARGV[a + 4]
  call('GET', KEYS[k + 5])
  call('LLEN', KEYS[k + 4])
  call('ZSCORE', KEYS[3], ARGV[a + 5])
  return gone
end

local function take(k, a, count, size)
  local before = call('INCRBY', KEYS[k + 5], count) - count
  call('PEXPIRE', KEYS[k + 5], counted_ms)
  local room = waiting_max - call('LLEN', KEYS[k + 4])
  local letters, taken = {}, {}
  for i = 0, size - 1 do
    local place, delivery = tonumber(ARGV[a + 8 + i * 2]), ARGV[a + 9 + i * 2]
    if before + place > most then
      letters[i + 1] = 'M'
    elseif #taken >= room then
      letters[i + 1] = 'F'
    else
      letters[i + 1] = 'T'
      taken[#taken + 1] = delivery
    end
  end
  if #taken > 0 then
    call('RPUSH', KEYS[k + 4], unpack(taken))
    call('ZADD', KEYS[3], 'NX', now, ARGV[a + 5])
  end
  return table.concat(letters)
end

local answers, a = {}, 4
for k = 3, #KEYS - 1, 5 do
  local count, size = tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7])
  local readable, gone = pcall(is_gone, k, a)
  if not readable then
    answers[#answers + 1] = 'unreadable'
  else
    answers[#answers + 1] = gone and 'gone' or take(k, a, count, size)
  end
  a = a + 7 + size * 2
end

local answer = table.concat(answers, ',')
call('SET', KEYS[1], answer, 'PX', ARGV[1])
return answer
