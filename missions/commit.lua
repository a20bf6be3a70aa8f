-- Commits a transaction: all guards hold, or nothing is written.
--
-- KEYS     the keys that guards and commands name by their position; KEYS[1] is the receipt
-- ARGV[1]  JSON {guards: [[kind, key, ...]], commands: [[name, key, ...]]}
-- ARGV[2]  how long the receipt is kept, in ms
--
-- Returns 0 when committed (or when this very transaction was committed before: its reply was lost
-- and it came again), else the position of the first guard that does not hold.
-- Arguments that begin with "\1now" stand for Redis time in ms, plus what follows: "\1now+20000".

if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end

local program = cjson.decode(ARGV[1])
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local holds = {
  absent = function(key) return call('EXISTS', key) == 0 end,
  present = function(key) return call('EXISTS', key) == 1 end,
  value = function(key, expected) return call('GET', key) == expected end,
  field = function(key, name, expected) return call('HGET', key, name) == expected end,
  no_field = function(key, name) return call('HEXISTS', key, name) == 0 end,
  member = function(key, name) return call('SISMEMBER', key, name) == 1 end,
  score = function(key, name, expected)
    local found = call('ZSCORE', key, name)
    return found and tonumber(found) == tonumber(expected)
  end,
  expired = function(key, name)
    local found = call('ZSCORE', key, name)
    return found and tonumber(found) <= now
  end,
  ranked = function(key, name) return call('ZSCORE', key, name) ~= false end,
  fewer = function(key, since, most)
    return call('ZCOUNT', key, '(' .. since, '+inf') < tonumber(most)
  end,
  older = function(key, name, bound)
    local found = call('ZSCORE', key, name)
    return not found or tonumber(found) <= tonumber(bound)
  end,
  head = function(key, expected) return call('LINDEX', key, 0) == expected end,
}

for position, guard in ipairs(program.guards) do
  if not holds[guard[1]](KEYS[guard[2]], guard[3], guard[4]) then
    return position
  end
end

for _, command in ipairs(program.commands) do
  local line = { command[1], KEYS[command[2]] }
  for i = 3, #command do
    local argument = command[i]
    if string.byte(argument) == 1 then
      local offset = string.match(argument, '^\1now%+?(%d*)$')
      if offset then
        argument = string.format('%.0f', now + (tonumber(offset) or 0))
      end
    end
    line[i] = argument
  end
  if command[1] == 'RENAME' then
    line[3] = KEYS[tonumber(command[3])]
    if call('EXISTS', line[2]) == 1 then
      call(unpack(line))
    end
  else
    call(unpack(line))
  end
end

call('SET', KEYS[1], '1', 'PX', ARGV[2])
return 0
