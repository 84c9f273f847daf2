/**
 * Says in Redis every few seconds that an app is there, so that the page can show which are and which have fallen silent. The
 * times are those of Redis: the clocks of the hosts may differ. An app that ends in order takes its word back.
 */
import type { RedisClient } from './redis-connection.ts';

/** Hash: `<app> <node> <pid>` -> `<milliseconds since the epoch> <JSON>`. One key, so one slot. */
const APPS_KEY = 'resetscope:apps';

const BEAT_EVERY_MS = 5000;

/** Three beats missed: it has died, or cannot reach Redis. */
export const SILENT_AFTER_MS: number = 3 * BEAT_EVERY_MS;

/** Silent for so long it is forgotten: a node that was taken away must not stand on the page for ever. */
const FORGET_AFTER_MS = 3_600_000;

/** Redis may be away when the app ends. */
const FAREWELL_MS = 500;

export interface HeartbeatOptions {
  readonly app: string;
  readonly node: string;
  /** null when ready, otherwise the reason why not. */
  readonly notReady: () => string | null;
}

export interface AppBeat {
  readonly app: string;
  readonly node: string;
  readonly pid: number;
  /** Milliseconds since the epoch, by the clock of its host. */
  readonly startedAtMs: number;
  /** Since its last beat. */
  readonly silentMs: number;
  /** As it said at its last beat; null: it was ready. */
  readonly trouble: string | null;
}

/**
 * KEYS: 1 APPS_KEY. ARGV: 1 field, 2 JSON, 3 milliseconds until forgotten. Drops those that have been silent for that long.
 * Safe to repeat.
 */
const BEAT_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at = tonumber(string.match(all[i + 1], '^%d+')) or 0
  if now - at > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], all[i]) end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

/** A beat that cannot be sent is left out: that Redis is away is told elsewhere, and no app fails for want of a beat. */
export class Heartbeat {
  readonly #redis: RedisClient;
  readonly #options: HeartbeatOptions;
  readonly #field: string;
  readonly #startedAtMs: number = Date.now();
  readonly #timer: NodeJS.Timeout;
  #isSending = false;

  /** The connection stays the caller's. */
  constructor(redis: RedisClient, options: HeartbeatOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#field = [options.app, options.node.replaceAll(' ', '_'), process.pid].join(' ');
    this.#timer = setInterval(() => this.#beat(), BEAT_EVERY_MS);
    this.#timer.unref();
    this.#beat();
  }

  /** The app ends in order: it will not be missed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#redis.status !== 'ready') return;
    const given = new Promise<void>((resolve) => setTimeout(resolve, FAREWELL_MS).unref());
    await Promise.race([this.#redis.hdel(APPS_KEY, this.#field).catch(() => undefined), given]);
  }

  #beat(): void {
    if (this.#isSending || this.#redis.status !== 'ready') return;
    this.#isSending = true;
    const { notReady } = this.#options;
    const text = JSON.stringify({ startedAtMs: this.#startedAtMs, trouble: notReady() });
    const done = (): void => {
      this.#isSending = false;
    };
    this.#redis.eval(BEAT_SCRIPT, 1, APPS_KEY, this.#field, text, FORGET_AFTER_MS).then(done, done);
  }
}

/** In the order of app and node. One that a newer process of the same app on the same node has followed is left out. */
export async function readHeartbeats(redis: RedisClient): Promise<readonly AppBeat[]> {
  const [fields, time] = await Promise.all([redis.hgetall(APPS_KEY), redis.time()]);
  const nowMs = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  const beats = Object.entries(fields)
    .map(([field, value]) => parseBeat(field, value, nowMs))
    .filter((beat) => beat !== null);
  return beats
    .filter((beat) => isHeard(beat) || !beats.some((other) => isHeard(other) && follows(other, beat)))
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function isHeard({ silentMs }: AppBeat): boolean {
  return silentMs < SILENT_AFTER_MS;
}

function follows(other: AppBeat, beat: AppBeat): boolean {
  return other.app === beat.app && other.node === beat.node && other.startedAtMs > beat.startedAtMs;
}

function orderOf({ app, node, pid }: AppBeat): string {
  return `${app} ${node} ${pid}`;
}

/** null: it is none of ours. */
function parseBeat(field: string, value: string, nowMs: number): AppBeat | null {
  const [, app, node, pid] = /^(\S+) (\S+) (\d+)$/.exec(field) ?? [];
  const [, at, text] = /^(\d+) (.*)$/s.exec(value) ?? [];
  if (app === undefined || node === undefined || text === undefined) return null;
  try {
    const { startedAtMs, trouble } = JSON.parse(text) as { startedAtMs?: unknown; trouble?: unknown };
    if (typeof startedAtMs !== 'number') return null;
    const said = typeof trouble === 'string' ? trouble : null;
    return { app, node, pid: Number(pid), startedAtMs, silentMs: Math.max(0, nowMs - Number(at)), trouble: said };
  } catch {
    return null;
  }
}
