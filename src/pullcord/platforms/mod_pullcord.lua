-- Pullcord in a room service of Prosody: end a meeting, keep it ended, put one person out, tell who is there.
--
-- For Prosody 0.12, on a component "muc". How to install it: docs/how-to/connect-jitsi.md; what it says and hears:
-- docs/protocol/prosody.md. What is held is written to disk first of all, and outlives a restart of Prosody.

local array = require "util.array";
local hashes = require "util.hashes";
local json = require "util.json";
local jid = require "util.jid";
local now = require "util.time".now;
local portmanager = require "core.portmanager";
local st = require "util.stanza";
local storagemanager = require "core.storagemanager";

local ENDED = module:get_option_string("pullcord_text", "This meeting was ended by its host");
local REMOVED = module:get_option_string("pullcord_removed_text", "The host removed you from this meeting");
local SECRET = module:get_option_string("pullcord_secret", "");
local HOLD_SECONDS = module:get_option_number("pullcord_hold_days", 30) * 86400;
-- Whose sign-in says nothing lasting of who they are: every connection gets a new address.
local GUEST_SIGN_INS = module:get_option_set("pullcord_guest_sign_ins", { "anonymous", "jitsi-anonymous", "token" });
local SYSTEM = module:get_option_set("pullcord_system_jids") or module:get_option_inherited_set("admins", {});

local LEAST_SECRET, LARGEST_BODY = 32, 64 * 1024;
local MUC, NICK = "http://jabber.org/protocol/muc", "http://jabber.org/protocol/nick";

-- Refusing to load, in one line each.

local function refuse(why)
	module:log("error", "Pullcord is NOT loaded, and nothing can be held here: %s", why);
	error(why, 0);
end

local function is_loopback(interface)
	return interface == "::1" or interface:match("^127%.%d+%.%d+%.%d+$") ~= nil;
end

local function only_on_loopback(ports)
	for interface in pairs(ports or {}) do
		if not is_loopback(interface) then return false; end
	end
	return true;
end

if #SECRET < LEAST_SECRET then
	refuse("pullcord_secret is shorter than 32 bytes");
end
local reports = module:depends("pullcord_reports");
local muc = module:depends("muc");
module:depends("http");
local services = portmanager.get_active_services();
if not only_on_loopback(services:get("http")) and not next(services:get("https") or {}) then
	refuse("http_interfaces has an address that is not loopback, and there is no TLS (https_ports)");
end

-- What is held and who is barred: one record per room, in memory and on disk.

-- Not module:open_store(): the room services of Jitsi have storage = "memory", and would forget it all.
local driver = storagemanager.load_driver(module.host, module:get_option_string("pullcord_storage", "internal"));
local store, records = driver and driver:open("pullcord", "keyval"), {};
if not store then refuse("there is nowhere to write down what is held (pullcord_storage)"); end

local function save(room_jid)
	local record = records[room_jid];
	if record then record.dirty = nil; end
	local ok, err = store:set(jid.node(room_jid), record);
	if not ok then module:log("error", "What is held could not be written down: %s", err); end
	return ok and true or false;
end

for node in store:users() do
	local record, err = store:get(node);
	if err then -- what cannot be read may have been a hold
		module:log("error", "What was held of the room %s cannot be read; it is taken for held", node);
		record = { held = true, ["until"] = os.time() + HOLD_SECONDS, jids = {}, ids = {}, names = {} };
	end
	records[jid.join(node, module.host)] = record;
end

local function record_of(room_jid)
	local record = records[room_jid];
	if record and record["until"] <= os.time() then
		records[room_jid] = nil;
		save(room_jid);
		return nil;
	end
	return record;
end

local function new_record(room_jid, till)
	local record = record_of(room_jid) or { jids = {}, ids = {}, names = {} };
	record["until"] = math.max(till or 0, record["until"] or 0, till and 0 or os.time() + HOLD_SECONDS);
	records[room_jid] = record;
	return record;
end

local function is_held(room_jid)
	return (record_of(room_jid) or {}).held == true;
end

local function hold(room_jid, till)
	local record = new_record(room_jid, till);
	if not record.held then record.held, record.tries, record.system_tries = true, 0, 0; end
	return save(room_jid);
end

local function release(room_jid)
	local record = record_of(room_jid);
	if not record then return true; end
	record.held, record.tries, record.system_tries = nil, nil, nil;
	if not (next(record.jids) or next(record.ids) or next(record.names) or record.password) then
		records[room_jid] = nil;
	end
	return save(room_jid);
end

-- A room that does not last forgets its password with its last person; whoever is let in again is asked for it.
local function keep_password(room)
	if room:get_persistent() or not room:get_password() then return; end
	new_record(room.jid).password = room:get_password();
	save(room.jid);
end

local function keep_house()
	for room_jid in pairs(records) do
		local record = record_of(room_jid); -- forgets what is past
		if record and record.dirty then save(room_jid); end
	end
end

-- People.

local function is_system(real_jid)
	return SYSTEM:contains(jid.bare(real_jid)) or SYSTEM:contains(jid.host(real_jid));
end

local function is_guest(real_jid)
	local host = jid.host(real_jid);
	return prosody.hosts[host] ~= nil
		and GUEST_SIGN_INS:contains(module:context(host):get_option_string("authentication", ""));
end

-- Prosody brings the people of before a restart back with a room; who has no connection is not there.
local function is_ghost(real_jid)
	local host = prosody.hosts[jid.host(real_jid)];
	return host ~= nil and host.type == "local" and not prosody.full_sessions[real_jid];
end

local function cut(text, most)
	if not text or #text <= most then return text; end
	return (text:sub(1, most):gsub("[\192-\255][\128-\191]*$", ""));
end

local function invite_of(origin)
	local user = origin and origin.jitsi_meet_context_user;
	return type(user) == "table" and user.id and tostring(user.id) or nil;
end

local inside = {}; -- room -> place in it -> { jid, since, invite }; and how many of them

local function come_in(room_jid, place, real_jid, since, origin)
	local here = inside[room_jid] or { count = 0, places = {} };
	inside[room_jid] = here;
	if not here.places[place] then here.count = here.count + 1; end
	here.places[place] = { jid = real_jid, since = since, invite = invite_of(origin) };
	return here.count;
end

local function person_of(room_jid, place, real_jid, presence)
	local here = inside[room_jid] and inside[room_jid].places[place] or {};
	return {
		key = real_jid; invite = cut(here.invite, 200); since = here.since;
		name = cut(presence and presence:get_child_text("nick", NICK) or jid.resource(place), 200);
		email = cut(presence and presence:get_child_text("email"), 254);
	};
end

local function live_room(room_jid)
	local room = muc.get_room_from_jid(room_jid);
	return room and not room._data.destroyed and room or nil;
end

-- Who is there: people first, and how many hands of the system (Jicofo, a recorder).
local function look(room)
	local people, system = array(), 0;
	for place, occupant in room:each_occupant() do
		if is_system(occupant.jid) then
			system = system + 1;
		elseif not is_ghost(occupant.jid) then
			local person = person_of(room.jid, place, occupant.jid, occupant:get_presence());
			person.role, person.nick = occupant.role, jid.resource(place);
			people:push(person);
		end
	end
	return people, system;
end

-- The door.

local function is_barred(record, stanza, origin)
	local real_jid, id = stanza.attr.from, invite_of(origin);
	if record.jids[jid.bare(real_jid)] or (id and record.ids[id]) then return true; end
	if id or not is_guest(real_jid) then return false; end
	local name, nick = stanza:get_child_text("nick", NICK), jid.resource(stanza.attr.to);
	return (name and record.names[name:lower()]) or (nick and record.names[nick:lower()]) or false;
end

local function at_the_door(event)
	local stanza, room_jid = event.stanza, event.room.jid;
	local record = record_of(room_jid);
	local barred = record and is_barred(record, stanza, event.origin);
	if not record or not (record.held or barred) then return; end
	local system = is_system(stanza.attr.from);
	local counted = system and "system_tries" or "tries";
	if record.held then record[counted], record.dirty = (record[counted] or 0) + 1, true; end
	-- A hostile client comes back many times a second; one report a second says as much.
	if not system and now() - (record.reported or 0) >= 1 then
		record.reported = now();
		reports.report("refused", room_jid, person_of(room_jid, stanza.attr.to, stanza.attr.from, stanza));
	end
	local kind, condition, text = "cancel", "gone", ENDED;
	if barred then kind, condition, text = "auth", "forbidden", REMOVED; end
	event.origin.send(st.error_reply(stanza, kind, condition, text, module.host));
	return true;
end
module:hook("muc-room-pre-create", at_the_door, 1000);
module:hook("muc-occupant-pre-join", at_the_door, 1000);

module:hook("muc-room-pre-create", function (event)
	local record = record_of(event.room.jid);
	if not record or not record.password then return; end
	event.room:set_password(record.password);
	record.password = nil;
	save(event.room.jid);
end, -1);

-- Jicofo opens the room before anyone and knows no password: without this nobody would get in again.
module:hook("muc-occupant-pre-join", function (event)
	local password, x = event.room:get_password(), event.stanza:get_child("x", MUC);
	if not (password and x and is_system(event.stanza.attr.from)) then return; end
	x:remove_children("password");
	x:tag("password", { xmlns = MUC }):text(password):up();
end, -19);

module:hook("muc-occupant-joined", function (event)
	local room_jid, place, real_jid = event.room.jid, event.nick, event.stanza.attr.from;
	if is_system(real_jid) then return; end
	if come_in(room_jid, place, real_jid, now(), event.origin) == 1 then reports.report("started", room_jid); end
	reports.report("joined", room_jid, person_of(room_jid, place, real_jid, event.stanza));
end);

module:hook("muc-occupant-left", function (event)
	local room_jid, here = event.room.jid, inside[event.room.jid];
	local entry = here and here.places[event.nick];
	if not entry then return; end
	reports.report("left", room_jid, person_of(room_jid, event.nick, entry.jid, event.occupant:get_presence()));
	here.places[event.nick], here.count = nil, here.count - 1;
	if here.count > 0 then return; end
	inside[room_jid] = nil;
	reports.report("ended", room_jid);
end, 10);

module:hook("muc-room-destroyed", function (event)
	if is_held(event.room.jid) then keep_password(event.room); end
end, 10);

-- What can be asked for. Each takes the room and what was said, and answers with what is so now.

local function put_out(room)
	local people = look(room);
	keep_password(room);
	if room:get_persistent() and not room._data.breakout_rooms then
		-- A lasting room keeps its settings and members: all are put out, and told as of a destroyed one.
		local x = st.stanza("x", { xmlns = MUC.."#user" });
		room:clear(x:tag("destroy"):tag("reason"):text(ENDED):up():up());
	else
		room:set_persistent(false); -- of Jitsi's breakout rooms; they end with their main room
		if not room:destroy(nil, ENDED) then room:clear(); end
	end
	return #people;
end

local verbs = {};

verbs["end"] = function (room_jid, said)
	local kept = true;
	if said.hold == true then kept = hold(room_jid, tonumber(said["until"])); end
	local room = live_room(room_jid);
	return { ended = true, put_out = room and put_out(room) or 0, held = is_held(room_jid), kept = kept };
end

verbs.hold = function (room_jid, said)
	local kept = hold(room_jid, tonumber(said["until"]));
	return { held = true, kept = kept, ["until"] = records[room_jid]["until"] };
end

verbs.release = function (room_jid)
	local was_held = is_held(room_jid);
	local kept = release(room_jid);
	return { held = is_held(room_jid), kept = kept, was_held = was_held };
end

verbs.kick = function (room_jid, said)
	if type(said.person) ~= "string" or not jid.prep(said.person) then return nil; end
	local real_jid, room, record = jid.prep(said.person), live_room(room_jid), new_record(room_jid);
	local guest, occupant = is_guest(real_jid), room and room:get_occupant_by_real_jid(real_jid);
	record.jids[jid.bare(real_jid)] = true;
	local person = occupant and person_of(room_jid, occupant.nick, real_jid, occupant:get_presence()) or {};
	if person.invite then record.ids[person.invite] = true; end
	local name = person.name or (type(said.name) == "string" and said.name);
	if name and guest then record.names[name:lower()] = true; end
	local kept = save(room_jid);
	if occupant then room:set_role(true, occupant.nick, nil, REMOVED); end
	return { kicked = true, was_in = occupant ~= nil, kept = kept, lasting = person.invite ~= nil or not guest };
end

local function tell_room(room_jid)
	local room, record = live_room(room_jid), record_of(room_jid) or {};
	local people, system = array(), 0;
	if room then people, system = look(room); end
	return {
		exists = room ~= nil, people = people, system = system, held = record.held == true;
		["until"] = record.held and record["until"] or nil;
		tries = record.tries or 0, system_tries = record.system_tries or 0;
	};
end

-- The doors: HTTP below /pullcord/, and one answer to whoever may not come in.

-- Also where the ports were changed after we were loaded, or another module hands us its connections.
local function is_near(conn)
	local ports, is_ours = services:get("http") or {}, false;
	for _, on in pairs(ports) do is_ours = is_ours or on[tonumber(conn:serverport())] ~= nil; end
	return conn:ssl() or (is_ours and only_on_loopback(ports));
end

local function may_come_in(request)
	local given = (request.headers.authorization or ""):match("^[Bb]earer (.+)$") or "";
	-- Digests, so that not even the length is told by how long it takes.
	return hashes.equals(hashes.sha256(given), hashes.sha256(SECRET)) and is_near(request.conn);
end

local function our_room(text)
	local room_jid = type(text) == "string" and jid.prep(text);
	local node, host, resource = jid.split(room_jid or "");
	return node and host == module.host and not resource and room_jid or nil;
end

local function asked(method, path, body)
	if method == "GET" and path:sub(1, 6) == "rooms/" then
		local room_jid = our_room(path:sub(7));
		return room_jid and 200 or 404, room_jid and tell_room(room_jid) or { error = "no-room-of-this-service" };
	end
	if method == "GET" and path == "about" then return 200, reports.about(is_guest); end
	local verb = method == "POST" and verbs[path];
	if not verb then return 404, { error = "no-such-door" }; end
	local said = json.decode(body); local room_jid = type(said) == "table" and our_room(said.room);
	local told = room_jid and verb(room_jid, said);
	return told and 200 or 400, told or { error = "not-understood" };
end

local function open_door(event, path)
	local request, code, told = event.request, nil, nil;
	if request.turned_away then return true; end
	local headers = { content_type = "application/json", cache_control = "no-store" };
	if not may_come_in(request) then
		code, told, headers.www_authenticate = 401, { error = "unauthorised" }, "Bearer";
	elseif math.max(tonumber(request.headers.content_length) or 0, #(request.body or "")) > LARGEST_BODY then
		code, told = 413, { error = "too-large" };
	elseif request.body == false then
		return true; -- its head only; the rest is coming
	else
		code, told = asked(request.method, path or "", request.body or "");
	end
	if code == 401 or code == 413 then
		request.turned_away, event.response.persistent, headers.connection = true, false, "close";
	end
	return { status_code = code, headers = headers, body = json.encode(told) };
end

local route = {};
for method in ("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT"):gmatch("%u+") do
	route[method], route[method.." /*"] = open_door, open_door;
end
module:provides("http", {
	default_path = "/pullcord", route = route, streaming_uploads = true, cors = { enabled = false };
});

-- Coming and going.

for room in muc.live_rooms() do
	for place, occupant in room:each_occupant() do
		if not is_system(occupant.jid) and not is_ghost(occupant.jid) then
			come_in(room.jid, place, occupant.jid, nil, prosody.full_sessions[occupant.jid]);
		end
	end
end

module:add_timer(60, function () keep_house(); return 60; end);
module:hook_global("server-stopping", keep_house, 100);
function module.unload() keep_house(); end
