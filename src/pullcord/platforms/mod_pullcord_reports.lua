-- What mod_pullcord reports: signed over time, nonce and body; in order, up to so many; told again where nobody took it.
--
-- Loaded by mod_pullcord. What is said, and how it is signed: docs/protocol/prosody.md.

local hashes = require "util.hashes";
local http = require "net.http";
local json = require "util.json";
local new_id = require "util.id".medium;
local now = require "util.time".now;

local URL = module:get_option_string("pullcord_events_url", "");
local SECRET = module:get_option_string("pullcord_events_secret", "");
local MOST_EVENTS = module:get_option_number("pullcord_events_queue", 1000);

local LEAST_SECRET, EVENTS_PER_POST, TRIES, ANSWER_SECONDS, LONGEST_PAUSE = 32, 100, 10, 10, 60;

if URL ~= "" and #SECRET < LEAST_SECRET then
	local why = "pullcord_events_secret is shorter than 32 bytes";
	module:log("error", "Pullcord is NOT loaded, and nothing can be held here: %s", why);
	error(why, 0);
end

local queue, flying, tries, current, dropped = {}, nil, 0, nil, 0;
local post;

local function flush()
	if flying or #queue == 0 then return; end
	flying, tries = {}, 0;
	while #flying < EVENTS_PER_POST and #queue > 0 do
		table.insert(flying, table.remove(queue, 1));
	end
	post();
end

local function settled(this, taken)
	if current ~= this then return; end
	current, tries = nil, tries + 1;
	if not taken and tries < TRIES then
		module:add_timer(math.min(2 ^ (tries - 1), LONGEST_PAUSE), function () post(); end);
		return;
	end
	if not taken then module:log("warn", "%d reports were given up: nobody took them", #flying); end
	flying = nil;
	flush();
end

function post()
	local body = json.encode({ events = flying });
	local t, nonce, this = ("%d"):format(os.time()), new_id(), {};
	local signature = hashes.hmac_sha256(SECRET, t.."."..nonce.."."..body, true);
	current = this;
	http.request(URL, {
		method = "POST"; body = body;
		headers = {
			["Content-Type"] = "application/json";
			["X-Pullcord-Signature"] = ("t=%s,n=%s,v1=%s"):format(t, nonce, signature);
		};
	}, function (_, code) settled(this, (tonumber(code) or 0) >= 200 and tonumber(code) < 300); end);
	module:add_timer(ANSWER_SECONDS, function () settled(this, false); end);
end

-- Not local: mod_pullcord calls it.
function report(kind, room_jid, person)
	if URL == "" then return; end
	if #queue + (flying and #flying or 0) >= MOST_EVENTS and #queue > 0 then
		table.remove(queue, 1);
		dropped = dropped + 1;
		if dropped % 100 == 1 then module:log("warn", "%d reports were dropped so far: the queue is full", dropped); end
	end
	table.insert(queue, { type = kind, room = room_jid, at = now(), person = person });
	if not flying then module:add_timer(0, function () flush(); end); end
end

function module.save() return { queue = queue, flying = flying }; end

function module.restore(kept)
	for _, events in ipairs({ kept.flying or {}, kept.queue }) do
		for _, event in ipairs(events) do table.insert(queue, event); end
	end
	flush();
end

-- What this server is, in numbers and yes or no; for whoever sets it up.
function about(is_guest)
	local guests = false;
	for host in pairs(prosody.hosts) do guests = guests or is_guest("someone@"..host); end
	return {
		prosody = prosody.version, guests = guests, reports = URL ~= "";
		first_opens = module:get_option("restrict_room_creation", false) == false;
	};
end
