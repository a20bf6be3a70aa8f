-- Enqueues jobs of RQ that differ in their id and their arguments only.
--
-- KEYS     RQ's set of queues, the queue; then the key of each job
-- ARGV[1]  the queue's member of the set
-- ARGV[2]  how many texts follow: names and values that all jobs share; then they;
--          then for each job its id and its data

local shared = tonumber(ARGV[2])
local line = { 'HSET', '' }
for i = 1, shared do
  line[2 + i] = ARGV[2 + i]
end
line[#line + 1] = 'data'
local data = #line + 1

redis.call('SADD', KEYS[1], ARGV[1])
for job = 3, #KEYS do
  local at = 2 + shared + (job - 3) * 2
  line[2], line[data] = KEYS[job], ARGV[at + 2]
  redis.call(unpack(line))
  redis.call('RPUSH', KEYS[2], ARGV[at + 1])
end
