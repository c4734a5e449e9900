-- wrk's side of a measurement: every thread sends its own file of prepared requests, each once, and tells the counts as JSON.
-- Arguments: the files' common name (".0", ".1", … are appended), and the file for the result.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(arguments)
  sent, ran_out, requests = 0, false, {}
  result = arguments[2]
  local file = assert(io.open(arguments[1] .. "." .. number, "rb"))
  while true do
    local length = file:read("*l")
    if not length then break end
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  if sent == #requests then
    -- Nobody is left who has not asked yet: the measurement is void, and says so.
    ran_out = true
    wrk.thread:stop()
    return requests[sent]
  end
  sent = sent + 1
  return requests[sent]
end

function done(summary, latency)
  local ran_out, sent = false, 0
  for _, thread in ipairs(threads) do
    ran_out = ran_out or thread:get("ran_out")
    sent = sent + thread:get("sent")
  end
  local errors = summary.errors
  local file = assert(io.open(threads[1]:get("result"), "w"))
  file:write(string.format(
    '{"microseconds":%d,"answers":%d,"sent":%d,"refusals":%d,"lost":%d,"ranOut":%s,"p99":%d}\n',
    summary.duration, summary.requests, sent, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    tostring(ran_out), latency:percentile(99)))
  file:close()
end
