-- wrk script: one kind of request against Kv or etcd's JSON gateway, over random keys, and one line of results to parse.
-- Arguments: kv|gateway get|put|put-ttl KEYS SEED [FROM]; with FROM, the keys from there on in order. All requests are made before the measurement starts, so that making them
-- costs nothing while it runs; both sides are driven the same way.

local api, operation, keys = nil, nil, 0
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

local function kv(number)
  local headers = { ["Content-Type"] = "application/json" }
  if operation == "get" then
    return wrk.format("GET", string.format("/kv/bench-%05d", number))
  elseif operation == "put" then
    return wrk.format("PUT", string.format("/kv/bench-%05d", number), headers,
      string.format('{"value":"%s"}', value(number)))
  elseif operation == "put-ttl" then
    -- Keys of their own: those that are read must not expire meanwhile.
    return wrk.format("PUT", string.format("/kv/bttl-%05d", number), headers,
      string.format('{"value":"%s","ttl":60}', value(number)))
  end
  error("Kv: unknown operation " .. operation)
end

-- As long a key as Kv's own, outside of what Kv watches.
local function gateway(number)
  local headers = { ["Content-Type"] = "application/json" }
  local key = base64(string.format("/gateway/kv/default/default/bench-%05d", number))
  if operation == "get" then
    return wrk.format("POST", "/v3/kv/range", headers, string.format('{"key":"%s"}', key))
  elseif operation == "put" then
    return wrk.format("POST", "/v3/kv/put", headers,
      string.format('{"key":"%s","value":"%s"}', key, base64(value(number))))
  end
  error("gateway: unknown operation " .. operation)
end

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  api, operation, keys, next_in_order = arguments[1], arguments[2], tonumber(arguments[3]), tonumber(arguments[5])
  math.randomseed(tonumber(arguments[4]) * 1000 + thread_number)
  local make = api == "gateway" and gateway or kv
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

-- requests, seconds, p50 and p99 in milliseconds, answers above 399, socket errors (connect, read, write, time-out)
function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %.6f %.3f %.3f %d %d",
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
