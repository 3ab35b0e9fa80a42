-- For wrk: asks for tokens, with the forms of the file that TOKEN_FORMS names, one a line, in turn.
local path = assert(os.getenv("TOKEN_FORMS"), "TOKEN_FORMS names no file")
local forms = {}
for form in assert(io.lines(path)) do
  forms[#forms + 1] = form
end
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
headers["Authorization"] = os.getenv("TOKEN_AUTHORIZATION")
local asked = 0

function request()
  asked = asked + 1
  return wrk.format("POST", nil, headers, forms[(asked - 1) % #forms + 1])
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"tokens": %d, "seconds": %.6f, "p50": %.3f, "p95": %.3f, "failed": {"not connected": %d, "not read": %d, '
    .. '"not written": %d, "answered with an error": %d, "too late": %d}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
