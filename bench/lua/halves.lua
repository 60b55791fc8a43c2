-- A closed loop of requests, each any head with any tail; see statusHalves in population.mjs.
-- Arguments: a file of heads and a file of tails, one a line, with \r and \n written as such.
local heads, tails = {}, {}
local random = math.random

local function read(file, list)
  for line in io.lines(file) do
    list[#list + 1] = line:gsub("\\r", "\r"):gsub("\\n", "\n")
  end
end

function init(args)
  math.randomseed(os.time())
  read(args[1], heads)
  read(args[2], tails)
end

function request()
  return heads[random(#heads)] .. tails[random(#tails)]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"non2xx":%d,"failed":%d,"p50Ms":%.3f,"p99Ms":%.3f,"maxMs":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
