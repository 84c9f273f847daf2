/** The script that takes an incident without a line back: its line came late, and has an incident of its own. */
import { GROUP_LUA } from './group-lua.ts';
import { LuaScript } from './lua-script.ts';
import { RETAIN_LUA } from './put-script.ts';
import { STORE_LUA } from './store-lua.ts';

/**
 * Takes one incident back.
 *
 * KEYS: STORE_KEYS. ARGV: 1 incident id, 2 channel.
 * Returns 1 when it was there, else 0. An incident with a line is left alone. Unlike one dropped for its age it was never right:
 * counts and group are as if it had not been. Publishes the id. A repeated call changes nothing.
 */
export const TAKE_BACK_SCRIPT: LuaScript = new LuaScript(`${STORE_LUA}${GROUP_LUA}${RETAIN_LUA}
local id = ARGV[1]
local known = redis.call('HGET', RECORDS, id)
local record = known and cjson.decode(known)
if not record or record.unlogged == '' then return 0 end
redis.call('HINCRBY', COUNTS, record.counter, -linesOf(record))
removeTerms(id, record)
if record.groupId ~= '' then leaveGroup(record) end
dropIncident(id)
redis.call('PUBLISH', ARGV[2], id)
return 1
`);
