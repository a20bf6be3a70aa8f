-- Reads what stands behind a batch of due entries; writes nothing.
--
-- KEYS     for each entry: record, tasks and blueprints of its Mission
-- ARGV[1]  how many names of a Task's values follow; the names; then for each entry its Task
--
-- Returns for each entry {the Mission, its current plan, {the Task's values}, the Mission's state and
-- its revision}, with nil for what there is not, and '' for what cannot be read of the Mission; or
-- {what storage refused it with}, so that the others can be read.

local names = tonumber(ARGV[1])

local function read(doc)
  local readable, mission = pcall(cjson.decode, doc)
  return readable and type(mission) == 'table' and mission or {}
end

local function look(each)
  local at, task = (each - 1) * 3, ARGV[1 + names + each]
  local fields = {}
  for i = 1, names do
    fields[i] = task .. ':' .. ARGV[1 + i]
  end
  local doc = redis.call('HGET', KEYS[at + 1], 'doc')
  local values = redis.call('HMGET', KEYS[at + 2], unpack(fields))
  local mission = doc and read(doc) or {}
  local current, rev = tonumber(mission.version) or 0, tonumber(mission.rev)
  local plan = current > 0 and redis.call('HGET', KEYS[at + 3], string.format('%.0f', current))
  local state = type(mission.state) == 'string' and mission.state or ''
  return { doc, plan, values, state, rev and string.format('%.0f', rev) or '' }
end

local found = {}
for each = 1, #KEYS / 3 do
  local read, answer = pcall(look, each)
  if not read then
    answer = { type(answer) == 'table' and answer.err or tostring(answer) }
  end
  found[each] = answer
end
return found
