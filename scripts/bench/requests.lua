-- A script for wrk. It sends one kind of request with random keys to Kv or to etcd's JSON gateway, and prints the
-- results in one line.
-- Arguments: kv|gateway get|put|put-ttl KEYS CONNECTIONS SEED [FROM|pause=MS]
--   CONNECTIONS  the connections of each thread
--   FROM         uses the keys in order, from this number on
--   pause=MS     each connection pauses between requests, for MS milliseconds on average
-- The script builds all requests before the measurement starts, so that building them costs almost nothing during it.
-- The load is the same for both sides.
--
-- A PUT with TTL takes two calls of the gateway, which alternate: one grants a lease, the other puts a key with a lease
-- that was granted earlier. bench.sh counts the two requests as one operation.

local api, operation, keys, connections = nil, nil, 0, 0
local next_in_order = nil
local requests = {}
local threads = 0

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for position = 0, 3 do
      if (position == 2 and not b) or (position == 3 and not c) then
        out[#out + 1] = "="
      else
        local digit = math.floor(bits / 64 ^ (3 - position)) % 64
        out[#out + 1] = alphabet:sub(digit + 1, digit + 1)
      end
    end
  end
  return table.concat(out)
end

-- 256 bytes that differ from key to key.
local function value(number)
  return string.rep(string.format("%08d", number), 32)
end

-- In seconds, for both sides, and longer than any run. The end of thousands of leases costs etcd as much as their
-- grants, and would disturb a later measurement of either side.
local ttl = 86400

local json = { ["Content-Type"] = "application/json" }

local function kv(number)
  if operation == "get" then
    return wrk.format("GET", string.format("/kv/bench-%05d", number))
  elseif operation == "put" then
    return wrk.format("PUT", string.format("/kv/bench-%05d", number), json,
      string.format('{"value":"%s"}', value(number)))
  elseif operation == "put-ttl" then
    -- Separate keys, because the keys that GET reads have no TTL.
    return wrk.format("PUT", string.format("/kv/bttl-%05d", number), json,
      string.format('{"value":"%s","ttl":%d}', value(number), ttl))
  end
  error("Kv: unknown operation " .. operation)
end

-- The key has the length of Kv's own keys, and is outside the range that Kv watches.
local function gateway_key(name, number)
  return base64(string.format("/gateway/kv/default/default/%s-%05d", name, number))
end

local function gateway_put(name, number)
  return wrk.format("POST", "/v3/kv/put", json,
    string.format('{"key":"%s","value":"%s"}', gateway_key(name, number), base64(value(number))))
end

local function gateway(number)
  if operation == "get" then
    return wrk.format("POST", "/v3/kv/range", json, string.format('{"key":"%s"}', gateway_key("bench", number)))
  elseif operation == "put" then
    return gateway_put("bench", number)
  end
  error("gateway: unknown operation " .. operation)
end

-- A lease id has 19 digits: the second in which the thread started, the thread's number, and the number of the lease. A
-- run takes at least a second, so no two runs share an id. Kv's own ids are higher than all of these.
local series = ""
local function lease_id(number)
  return string.format("%s%07d", series, number)
end

-- Returns a request without the lease id at the end of its body.
local some_id = string.rep("1", 19)
local function up_to_id(path, body)
  local last = some_id .. '"}'
  return wrk.format("POST", path, json, body .. last):sub(1, -1 - #last)
end

local grant = nil
local granted = 0

local function leased_put(number)
  return up_to_id("/v3/kv/put",
    string.format('{"key":"%s","value":"%s","lease":"', gateway_key("bttl", number), base64(value(number))))
end

-- The script does not see which grants were answered. But each connection waits for its answer before it sends again.
-- So a grant was answered if 8 * connections requests were sent after it, unless one connection is that much slower
-- than the others. In that case etcd does not know the lease, and the run fails. The first puts of a thread have no
-- lease, because no grant is old enough. wrk asks the first thread for one request that it does not send: that request
-- is not a grant.
local is_turn_of_put = true
local function grant_or_put()
  local number = math.random(keys)
  local is_put = is_turn_of_put
  is_turn_of_put = not is_put
  if not is_put then
    granted = granted + 1
    return grant .. lease_id(granted) .. '"}'
  end
  local lease = granted - 4 * connections
  if lease < 1 then return gateway_put("bttl", number) end
  return requests[number] .. lease_id(lease) .. '"}'
end

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  api, operation, keys, connections = arguments[1], arguments[2], tonumber(arguments[3]), tonumber(arguments[4])
  next_in_order = tonumber(arguments[6])
  local pause = tonumber((arguments[6] or ""):match("^pause=(%d+)$"))
  -- wrk calls a function of this name before each request and waits for the result, in milliseconds.
  if pause then delay = function() return math.random(0, 2 * pause) end end
  math.randomseed(tonumber(arguments[5]) * 1000 + thread_number)
  local make = api == "gateway" and gateway or kv
  if api == "gateway" and operation == "put-ttl" then
    series = string.format("%010d%02d", os.time(), thread_number)
    grant = up_to_id("/v3/lease/grant", string.format('{"TTL":"%d","ID":"', ttl))
    make = leased_put
    -- wrk calls the function of this name for each request.
    request = grant_or_put
  end
  for number = 1, keys do requests[number] = make(number) end
end

function request()
  if next_in_order then
    local number = next_in_order
    next_in_order = number % keys + 1
    return requests[number]
  end
  return requests[math.random(keys)]
end

-- Prints requests, seconds, p50 and p99 in milliseconds, answers above 399, socket errors (connect, read, write,
-- time-out).
function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %.6f %.3f %.3f %d %d",
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
