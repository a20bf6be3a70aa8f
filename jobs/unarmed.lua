-- Finds Missions with a Task that is not armed, rightly or wrongly; writes nothing.
--
-- KEYS     the Missions of a workspace, the timer
-- ARGV[1]  the rank to begin at, and how many Missions to look at
-- ARGV[3]  the keys of a Mission's record and of its Tasks' values, with * for its ID
-- ARGV[5]  the workspace, as in the timer's members, and the state of Missions whose Tasks are armed
--
-- Returns how many Missions there were, and for each that was found its ID and what tells whether
-- it has changed since: its revision and which Tasks are not armed; '' if that cannot be read.

local function key(pattern, id)
  local head, tail = string.match(pattern, '^(.-)%*(.*)$')
  return head .. id .. tail
end

local function unarmed(id)
  local record = redis.call('HMGET', key(ARGV[3], id), 'state', 'rev')
  if record[1] and record[1] ~= ARGV[6] then
    return nil
  end
  local seen, missing, known = {}, {}, false
  for _, field in ipairs(redis.call('HKEYS', key(ARGV[4], id))) do
    local task = string.match(field, '^(.-):')
    if task and not seen[task] then
      seen[task], known = true, true
      if not redis.call('ZSCORE', KEYS[2], ARGV[5] .. '|' .. id .. '|' .. task) then
        missing[#missing + 1] = task
      end
    end
  end
  if known and #missing == 0 then
    return nil
  end
  table.sort(missing)
  return record[2] and record[2] .. '|' .. table.concat(missing, '|') or ''
end

local first = tonumber(ARGV[1])
local ids = redis.call('ZRANGE', KEYS[1], first, first + tonumber(ARGV[2]) - 1)
local found = { #ids }
for _, id in ipairs(ids) do
  local read, token = pcall(unarmed, id)
  if not read then
    token = ''
  end
  if token then
    found[#found + 1] = id
    found[#found + 1] = token
  end
end
return found
