-- Finds Missions of a channel by their words, newest first; writes nothing.
--
-- KEYS     texts, terms and parts of the channel (see commit.lua); then its lists of Missions
-- ARGV[1]  'contains': name and titles hold each text somewhere; 'named': the name is all texts, or
--          has each as a word
-- ARGV[2]  how many Missions are wanted    ARGV[3]  how many may be looked at in a list
-- ARGV[4]  how many may share the rarest word, so that all of them are looked at
-- ARGV[5]  how many words follow; the words to look up; then the texts
--
-- Returns {0} if the index is not complete; else 1, then 1 if a name is all texts, then 1 if there
-- may be more, then each Mission and when it was created. If each word is shared by more than that,
-- the newest Missions are looked at, as many as may be.

local call = redis.call
local texts, terms, parts = KEYS[1], KEYS[2], KEYS[3]
local named = ARGV[1] == 'named'
local wanted, looked, shared = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local many = tonumber(ARGV[5])

if not call('ZSCORE', terms, '!') then
  return { 0 }
end

local PART = 64

local function of_word(command, word, ...)
  return call(command, terms, '[' .. word .. '\0', '(' .. word .. '\1', ...)
end

-- The words of the channel that a word stands for; nil if they are too many.
local function words_with(word)
  if named then
    return { word }
  end
  local from = string.sub(word, 1, PART)
  local rows = call('ZRANGEBYLEX', parts, '[' .. from, '[' .. from .. '\255', 'LIMIT', 0, shared + 1)
  if #rows > shared then
    return nil
  end
  local found, seen = {}, {}
  for _, row in ipairs(rows) do
    local whole = string.sub(row, string.find(row, '\0', 1, true) + 1)
    if not seen[whole] then
      seen[whole] = true
      found[#found + 1] = whole
    end
  end
  return found
end

local function fits(mission)
  local both = call('HMGET', texts, mission, mission .. ':tasks')
  local text = named and (' ' .. (both[1] or '') .. ' ')
    or ((both[1] or '') .. ' ' .. (both[2] or ''))
  for i = 6 + many, #ARGV do
    local part = named and (' ' .. ARGV[i] .. ' ') or ARGV[i]
    if not string.find(text, part, 1, true) then
      return false
    end
  end
  return true
end

local found, more, seen = {}, 0, {}

local function take(mission)
  if seen[mission] then
    return
  end
  seen[mission] = true
  for i = 4, #KEYS do
    local created = call('ZSCORE', KEYS[i], mission)
    if created then
      if fits(mission) then
        found[#found + 1] = { mission, created }
      end
      return
    end
  end
end

local function take_all(words)
  for _, word in ipairs(words) do
    for _, row in ipairs(of_word('ZRANGEBYLEX', word)) do
      local field = string.sub(row, string.find(row, '\0', 1, true) + 1)
      take(string.match(field, '^[^:]+'))
    end
  end
end

-- The newest of each list: they are many that share these words.
local function take_newest()
  for i = 4, #KEYS do
    local before, rank = #found, 0
    while rank < looked and #found - before < wanted do
      local rows = call('ZRANGE', KEYS[i], -rank - 100, -rank - 1)
      for at = #rows, 1, -1 do
        take(rows[at])
      end
      if #rows < 100 then
        break
      end
      rank = rank + 100
    end
    if rank > 0 and call('ZCARD', KEYS[i]) > rank then
      more = 1
    end
  end
end

local function whole_name()
  local words = {}
  for i = 6 + many, #ARGV do
    words[#words + 1] = ARGV[i]
  end
  return '=' .. table.concat(words, ' ')
end

local exact = 0
if named then
  take_all({ whole_name() })
  exact = math.min(#found, 1)
end
if exact == 0 then
  local best, least
  for i = 6, 5 + many do
    local words, count = words_with(ARGV[i]), 0
    for _, word in ipairs(words or {}) do
      count = count + of_word('ZLEXCOUNT', word)
    end
    if words and (not least or count < least) then
      best, least = words, count
    end
  end
  if best and least <= shared then
    take_all(best)
  else
    take_newest()
  end
end

table.sort(found, function(a, b)
  if tonumber(a[2]) ~= tonumber(b[2]) then
    return tonumber(a[2]) > tonumber(b[2])
  end
  return a[1] > b[1]
end)
local answer = { 1, exact, #found > wanted and 1 or more }
for i = 1, math.min(#found, wanted) do
  answer[#answer + 1] = found[i][1]
  answer[#answer + 1] = found[i][2]
end
return answer
