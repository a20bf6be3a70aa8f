-- Reads one page of many lists of Missions together, newest first; writes nothing.
--
-- KEYS     sorted sets, Mission → when created: of each channel for the first state, then for the
--          second and so on; then, if there is an owner, the owner's own in the same order
-- ARGV[1]  how many channels    ARGV[2]  how many states
-- ARGV[3]  which state is shown, from 1; 0 shows all
-- ARGV[4]  which page, from 1; the nearest there is, is taken    ARGV[5]  Missions on a page
--
-- Returns the count of each state, the number of the page, then the page's Missions. An owner's own
-- come before all others. What is read grows with the number of channels, not of Missions.

local channels, states, shown = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local page, per_page = tonumber(ARGV[4]), tonumber(ARGV[5])
local call = redis.call

local SLACK = 24 -- how many more than needed may be read, so that few looks find where to read

-- The lists that are not empty, as far as they are shown, and how many each state has.
local function lists(first)
  local found, counts = { size = 0 }, {}
  for state = 1, states do
    counts[state] = 0
    for channel = 1, channels do
      local key = KEYS[first + (state - 1) * channels + channel]
      local size = key and call('ZCARD', key) or 0
      counts[state] = counts[state] + size
      if size > 0 and (shown == 0 or shown == state) then
        found[#found + 1] = key
        found.size = found.size + size
      end
    end
  end
  return found, counts
end

local function newer(a, b)
  if a[2] ~= b[2] then
    return a[2] > b[2]
  end
  return a[1] > b[1]
end

-- How many of `every` but not of `mine` were created at `time` or later.
local function since(every, mine, time)
  local count, bound = 0, string.format('%.17g', time)
  for _, key in ipairs(every) do
    count = count + call('ZCOUNT', key, bound, '+inf')
  end
  for _, key in ipairs(mine) do
    count = count - call('ZCOUNT', key, bound, '+inf')
  end
  return count
end

-- When the oldest was created, and a time after the newest.
local function ends(every)
  if not every.old then
    local old, new = math.huge, -math.huge
    for _, key in ipairs(every) do
      old = math.min(old, tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]))
      new = math.max(new, tonumber(call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]) + 1)
    end
    every.old, every.new = old, new
  end
  return every.old, every.new
end

-- A time since which there are from `least` to `most`; of those nearest to it, if there is none,
-- that with more than `most` if `over`, else that with fewer than `least`.
local function time_of(every, mine, least, most, over)
  local few, many = 0, every.size - mine.size
  local old, new = ends(every)
  for look = 1, 128 do
    local share = 0.5
    if look % 2 == 1 then
      share = math.min(0.95, math.max(0.05, ((least + most) / 2 - few) / (many - few)))
    end
    local time = new + (old - new) * share
    if time >= new or time <= old then
      break
    end
    local count = since(every, mine, time)
    if count >= least and count <= most then
      return time, count
    elseif count < least then
      new, few = time, count
    else
      old, many = time, count
    end
  end
  if over then
    return old, many
  end
  return new, few
end

-- The oldest of the newest `limit` of all lists' first ones: nothing older is on the first page.
local function bound_of_first(every, limit)
  if #every < limit then
    return '-inf'
  end
  local heads = {}
  for i, key in ipairs(every) do
    heads[i] = tonumber(call('ZRANGE', key, -1, -1, 'WITHSCORES')[2])
  end
  table.sort(heads, function(a, b) return a > b end)
  return string.format('%.17g', heads[limit])
end

local function read(key, from, to, limit)
  if limit then
    return call('ZREVRANGEBYSCORE', key, to, from, 'WITHSCORES', 'LIMIT', 0, limit)
  end
  return call('ZREVRANGEBYSCORE', key, to, from, 'WITHSCORES')
end

-- Members of `every` that are not in `mine`, without the newest `skip`, at most `limit`.
local function pick(every, mine, skip, limit)
  limit = math.min(limit, every.size - mine.size - skip)
  if limit <= 0 then
    return {}
  end
  local from, to, skipped, most = '-inf', '+inf', 0, nil
  if skip == 0 and mine.size == 0 then
    from, most = bound_of_first(every, limit), limit
  else
    local time
    if skip > 0 then
      time, skipped = time_of(every, mine, math.max(0, skip - SLACK), skip, false)
      to = string.format('(%.17g', time)
    end
    if skip + limit < every.size - mine.size then
      time = time_of(every, mine, skip + limit, skip + limit + SLACK, true)
      from = string.format('%.17g', time)
    end
  end
  local left_out, found = {}, {}
  for _, key in ipairs(mine) do
    local rows = read(key, from, to)
    for i = 1, #rows, 2 do
      left_out[rows[i]] = true
    end
  end
  for _, key in ipairs(every) do
    local rows = read(key, from, to, most)
    for i = 1, #rows, 2 do
      if not left_out[rows[i]] then
        found[#found + 1] = { rows[i], tonumber(rows[i + 1]) }
      end
    end
  end
  table.sort(found, newer)
  local picked = {}
  for i = skip - skipped + 1, math.min(#found, skip - skipped + limit) do
    picked[#picked + 1] = found[i][1]
  end
  return picked
end

local every, counts = lists(0)
local mine, none = lists(channels * states), { size = 0 }
page = math.max(1, math.min(page, math.ceil(every.size / per_page)))
local first = (page - 1) * per_page
local own = pick(mine, none, first, per_page)
local others = pick(every, mine, math.max(0, first - mine.size), per_page - #own)
local answer = counts
answer[#answer + 1] = page
for _, part in ipairs({ own, others }) do
  for _, mission in ipairs(part) do
    answer[#answer + 1] = mission
  end
end
return answer
