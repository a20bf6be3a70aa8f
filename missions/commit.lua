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
  fewer = function(key, since, most, till)
    return call('ZCOUNT', key, '(' .. since, till) < tonumber(most)
  end,
  older = function(key, name, bound, till)
    local found = tonumber(call('ZSCORE', key, name) or '-inf')
    return found <= tonumber(bound) or found > tonumber(till)
  end,
  kind = function(key, expected) return call('TYPE', key).ok == expected end,
  head = function(key, expected) return call('LINDEX', key, 0) == expected end,
}

-- Keeps what the Missions of a channel are found by: `terms`, `parts` are sorted sets by name.
-- A field is a Mission, for its name, or `Mission:tasks`, for its Tasks' titles.
--
-- terms    `word|field` for each word of the field's text, `=text|field` for a whole name; `!` says
--          that nothing in the channel is missing here
-- parts    `end of a word|word` for each word among the terms, from each of its characters on
--
-- `|` stands for a zero byte: it is in no text, and comes before all others.
local PART = 64

local function words_of(text, field)
  local found = {}
  for word in string.gmatch(text, '[%w\128-\255]+') do
    found[word] = true
  end
  if text ~= '' and not string.find(field, ':', 1, true) then
    found['=' .. text] = true
  end
  return found
end

local function parts_of(word)
  local found = {}
  for first = 1, string.byte(word) == 61 and 0 or #word do
    local byte = string.byte(word, first)
    if byte < 128 or byte > 191 then
      found[#found + 1] = string.sub(word, first, first + PART - 1) .. '\0' .. word
    end
  end
  return found
end

local function is_used(terms, word)
  return #call('ZRANGEBYLEX', terms, '[' .. word .. '\0', '(' .. word .. '\1', 'LIMIT', 0, 1) > 0
end

local function index(texts, terms, parts, field, text)
  local old = words_of(call('HGET', texts, field) or '', field)
  local new = words_of(text, field)
  if call('EXISTS', texts) == 0 then
    call('ZADD', terms, 0, '!')
  end
  for word in pairs(old) do
    if not new[word] then
      call('ZREM', terms, word .. '\0' .. field)
      if not is_used(terms, word) then
        for _, part in ipairs(parts_of(word)) do
          call('ZREM', parts, part)
        end
      end
    end
  end
  for word in pairs(new) do
    if not is_used(terms, word) then
      for _, part in ipairs(parts_of(word)) do
        call('ZADD', parts, 0, part)
      end
    end
    call('ZADD', terms, 0, word .. '\0' .. field)
  end
  if text == '' then
    call('HDEL', texts, field)
  else
    call('HSET', texts, field, text)
  end
end

for position, guard in ipairs(program.guards) do
  if not holds[guard[1]](KEYS[guard[2]], guard[3], guard[4], guard[5]) then
    return position
  end
end

-- What a command writes to is of its kind, or nothing is written: storage undoes nothing.
local KINDS = {
  HSET = 'hash', HDEL = 'hash', HINCRBY = 'hash', INDEX = 'hash',
  SADD = 'set', SREM = 'set',
  ZADD = 'zset', ZREM = 'zset', ZREMRANGEBYSCORE = 'zset',
  LPUSH = 'list', RPUSH = 'list', LPOP = 'list', LREM = 'list', LTRIM = 'list',
}
local WRONG = 'WRONGTYPE Operation against a key holding the wrong kind of value'

local kinds = {}

local function fits(position, kind)
  if not kinds[position] then
    kinds[position] = call('TYPE', KEYS[position]).ok
  end
  return kinds[position] == kind or kinds[position] == 'none'
end

for _, command in ipairs(program.commands) do
  local name, position = command[1], command[2]
  if name == 'UNLINK' or name == 'SET' then
    kinds[position] = 'none'
  elseif name == 'RENAME' then
    kinds[position], kinds[tonumber(command[3])] = 'none', 'none'
  elseif KINDS[name] and not fits(position, KINDS[name]) then
    return redis.error_reply(WRONG)
  elseif name == 'INDEX'
    and not (fits(tonumber(command[3]), 'zset') and fits(tonumber(command[4]), 'zset')) then
    return redis.error_reply(WRONG)
  elseif name == 'HINCRBY' then
    local found = call('HGET', KEYS[position], command[3])
    if found and not string.match(found, '^%-?%d+$') then
      return redis.error_reply('WRONGTYPE hash value is not an integer')
    end
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
  if command[1] == 'INDEX' then
    index(line[2], KEYS[tonumber(line[3])], KEYS[tonumber(line[4])], line[5], line[6])
  elseif command[1] == 'RENAME' then
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
