-- Fires a batch of due Tasks: for each entry of the timer all guards hold, or it is left as it is.
--
-- KEYS     receipt, lease of the scheduler, timer, pending; then for each entry
--          tombstone, record, tasks, occurrences, ledger, queued
-- ARGV     token of the lease, how long the receipt is kept in ms; then for each entry
--          entry, its score, the Mission's revision, the Task, its trigger's revision ('' if none),
--          occurrence, its row, its instant, the same as text, the next instant and its text ('' if
--          there is none), the occurrence's member of pending
--
-- Returns 'lead' when another scheduler leads, and then writes nothing. Else, for each entry in
-- order, 'fired' or the guard that did not hold, joined by commas; 'unreadable' for a record that
-- holds what it should not. The same batch sent again (its reply was lost) gets the same answer.

local KEYS_EACH, ARGS_EACH = 6, 12

local known = redis.call('GET', KEYS[1])
if known then
  return known
end
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 'lead'
end

local call = redis.call
local timer, pending = KEYS[3], KEYS[4]
local clock = call('TIME')
local now = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))

-- The reads of ledger and queued see that what is about to be written can be.
local function refusal(k, a)
  if call('EXISTS', KEYS[k + 1]) == 1 then
    return 'deleted'
  end
  local score = call('ZSCORE', timer, ARGV[a + 1])
  if not score or tonumber(score) ~= tonumber(ARGV[a + 2]) then
    return 'entry'
  end
  if call('HGET', KEYS[k + 2], 'rev') ~= ARGV[a + 3] then
    return 'mission'
  end
  if (call('HGET', KEYS[k + 3], ARGV[a + 4] .. ':trev') or '') ~= ARGV[a + 5] then
    return 'trigger'
  end
  call('ZSCORE', KEYS[k + 5], ARGV[a + 6])
  call('SISMEMBER', KEYS[k + 6], ARGV[a + 6])
  if call('HEXISTS', KEYS[k + 4], ARGV[a + 6]) == 1 then
    return 'occurrence'
  end
  return nil
end

local function write(k, a)
  local tasks, task = KEYS[k + 3], ARGV[a + 4]
  call('HSET', KEYS[k + 4], ARGV[a + 6], ARGV[a + 7])
  call('ZADD', KEYS[k + 5], ARGV[a + 8], ARGV[a + 6])
  call('SADD', KEYS[k + 6], ARGV[a + 6])
  call('ZADD', pending, now, ARGV[a + 12])
  if ARGV[a + 10] == '' then
    call('HSET', tasks, task .. ':settled', ARGV[a + 9])
    call('HDEL', tasks, task .. ':next')
    call('ZREM', timer, ARGV[a + 1])
  else
    call('HSET', tasks, task .. ':settled', ARGV[a + 9], task .. ':next', ARGV[a + 11])
    call('ZADD', timer, ARGV[a + 10], ARGV[a + 1])
  end
end

local answers = {}
for each = 0, (#KEYS - 4) / KEYS_EACH - 1 do
  local k, a = 4 + each * KEYS_EACH, 2 + each * ARGS_EACH
  local readable, why = pcall(refusal, k, a)
  if not readable then
    why = 'unreadable'
  elseif not why then
    write(k, a)
  end
  answers[each + 1] = why or 'fired'
end

local answer = table.concat(answers, ',')
call('SET', KEYS[1], answer, 'PX', ARGV[2])
return answer
