-- The requests of `wrk`, and its summary. The benchmark prepends a table `load`: owners with their tokens,
-- tasks_each, work, id_prefix, body and changes.

local gets, lists, creates, bulks, updates, ends = {}, {}, {}, {}, {}, {}
local random, format = math.random, string.format
local threads = 0

local function content(body)
  return "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local operation = '{"op":"create","task":' .. load.body .. "}"
local hundred = content('{"operations":[' .. operation .. string.rep("," .. operation, 99) .. "]}")

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init()
  math.randomseed(os.time() * 100 + number)
  for i, owner in ipairs(load.owners) do
    local path = "/api/" .. owner.id .. "/tasks"
    local headers = " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. owner.token .. "\r\n"
    local function with(body)
      return headers .. content(body)
    end
    ends[i] = headers .. "\r\n"
    gets[i] = "GET " .. path .. "/" .. load.id_prefix
    lists[i] = "GET " .. path .. "?limit=50" .. ends[i]
    creates[i] = "POST " .. path .. with(load.body)
    bulks[i] = "POST " .. path .. "/bulk" .. headers
    updates[i] = { start = "PUT " .. path .. "/" .. load.id_prefix, with(load.changes[1]), with(load.changes[2]) }
  end
end

local function id(owner)
  return format("%012x", (owner - 1) * load.tasks_each + random(load.tasks_each))
end

local works = {
  one = function(owner) return gets[owner] .. id(owner) .. ends[owner] end,
  list = function(owner) return lists[owner] end,
  create = function(owner) return creates[owner] end,
  bulk = function(owner) return bulks[owner] .. hundred end,
  update = function(owner) return updates[owner].start .. id(owner) .. updates[owner][random(2)] end,
}

local mixed = { "one", "one", "one", "one", "one", "one", "list", "list", "create", "update" }

function works.mix(owner)
  return works[mixed[random(10)]](owner)
end

local ask = works[load.work]

function request()
  return ask(random(#load.owners))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(format("\nRESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
