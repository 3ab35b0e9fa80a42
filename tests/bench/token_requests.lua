-- For wrk: asks for tokens with the client credentials grant. The form is in the file that TOKEN_FORM names.
local path = assert(os.getenv("TOKEN_FORM"), "TOKEN_FORM names no file")
local form = assert(io.open(path))
wrk.method = "POST"
wrk.body = form:read("*a")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
form:close()

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"tokens": %d, "failed": %d, "seconds": %.6f}\n', summary.requests, failed, summary.duration / 1e6))
end
