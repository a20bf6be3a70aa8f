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

local function take(mission, created)
  if not seen[mission] then
    seen[mission] = true
    if created and fits(mission) then
      found[#found + 1] = { mission, tonumber(created), created }
    end
  end
end

local function created_at(mission)
  for i = 4, #KEYS do
    local created = call('ZSCORE', KEYS[i], mission)
    if created then
      return created
    end
  end
end

-- The Missions that have one of the words; nil if they are too many.
local function having(words)
  local missions = {}
  for _, word in ipairs(words) do
    for _, row in ipairs(of_word('ZRANGEBYLEX', word)) do
      missions[#missions + 1] = string.match(row, '%z([^:]+)')
    end
    if #missions > shared then
      return nil
    end
  end
  return missions
end

local looked_up = {}

-- Looks all words up, unless nobody has one of them: in most channels that is so, and to look for
-- one takes less than to count who has it, above all where many have.
local function is_anywhere()
  for i = 6, 5 + many do
    local words, known = words_with(ARGV[i]), false
    for _, word in ipairs(words or {}) do
      known = known or #of_word('ZRANGEBYLEX', word, 'LIMIT', 0, 1) > 0
    end
    if words and not known then
      return false
    end
    looked_up[#looked_up + 1] = words or false
  end
  return true
end

local function newer(a, b)
  if a[2] ~= b[2] then
    return a[2] > b[2]
  end
  return a[1] > b[1]
end

-- The newest of these Missions: one more than is wanted tells that there are more.
local function take_all(missions)
  local known, listed = {}, {}
  for _, mission in ipairs(missions) do
    local created = not known[mission] and created_at(mission)
    known[mission] = true
    if created then
      listed[#listed + 1] = { mission, tonumber(created), created }
    end
  end
  table.sort(listed, newer)
  for _, one in ipairs(listed) do
    if #found > wanted then
      break
    end
    take(one[1], one[3])
  end
end

-- The newest of each list: they are many that share these words.
local function take_newest()
  for i = 4, #KEYS do
    local before, rank, step = #found, 0, 2 * wanted
    while rank < looked and #found - before < wanted do
      local rows = call('ZRANGE', KEYS[i], -rank - step, -rank - 1, 'WITHSCORES')
      for at = #rows - 1, 1, -2 do
        take(rows[at], rows[at + 1])
      end
      rank = rank + step
      if #rows < 2 * step then
        break
      end
    end
    if call('ZCARD', KEYS[i]) > rank then
      more = 1
    end
  end
end

local exact = 0
if named then
  local words = {}
  for i = 6 + many, #ARGV do
    words[#words + 1] = ARGV[i]
  end
  take_all(having({ '=' .. table.concat(words, ' ') }) or {})
  exact = math.min(#found, 1)
end
if exact == 0 and is_anywhere() then
  local best, least, fewest
  for _, words in ipairs(looked_up) do
    local single = words and #words == 1
    local missions = words and not single and having(words)
    local count = single and of_word('ZLEXCOUNT', words[1]) or missions and #missions
    if count and count <= shared and (not least or count < least) then
      best, least, fewest = words, count, missions
    end
  end
  if best then
    take_all(fewest or having(best))
  else
    take_newest()
  end
end

table.sort(found, newer)
local answer = { 1, exact, #found > wanted and 1 or more }
for i = 1, math.min(#found, wanted) do
  answer[#answer + 1] = found[i][1]
  answer[#answer + 1] = found[i][3]
end
return answer
