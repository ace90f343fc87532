-- SPDX-License-Identifier: GPL-2.0
--
-- What wrk asks for: pages in the proportions of Olio's run in vTurbo, Table 2.

local pages = {
	{ "home", 4028 }, { "login", 1629 }, { "tag", 5183 }, { "event", 3856 },
	{ "person", 405 }, { "add-person", 127 }, { "add-event", 300 },
}
local all = 0
for _, p in ipairs(pages) do all = all + p[2] end

math.randomseed(1)

function request()
	local r = math.random(all)
	for _, p in ipairs(pages) do
		r = r - p[2]
		if r <= 0 then
			local ids = p[1] == "tag" and 100 or 1000
			return wrk.format("GET", "/?page=" .. p[1] .. "&id=" .. math.random(ids))
		end
	end
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format("RESULT %f %f %f %d\n", summary.requests / (summary.duration / 1e6),
		latency:percentile(50) / 1000, latency:percentile(99) / 1000,
		e.connect + e.read + e.write + e.status + e.timeout))
end
