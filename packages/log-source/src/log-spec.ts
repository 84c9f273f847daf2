/** A log as people name it: `PATH` or `PATH=ZONE`, where PATH may be a pattern. Pure. */
import { resolve } from 'node:path';
import { isTimeZone } from '@resetscope/nginx-log';
import { ClearError } from '@resetscope/telemetry';

export interface LogSpec {
  /** Absolute; may hold the wildcards of glob-pattern.ts. */
  readonly path: string;
  /** Of the nginx that writes it; undefined: whatever holds for all logs. */
  readonly timezone: string | undefined;
}

/** @throws ClearError RS_USAGE when what follows the last `=` looks like a time zone and is none. */
export function parseLogSpec(text: string): LogSpec {
  const { name, timezone } = splitZone(text);
  return { path: resolve(name), timezone };
}

/**
 * Each log once: one that is named twice is followed in the time zone named last. maxLogs: as LogSetOptions has it.
 * @throws ClearError RS_USAGE
 */
export function parseLogSpecs(texts: readonly string[], maxLogs: number): readonly LogSpec[] {
  const byPath = new Map(texts.map(parseLogSpec).map((spec) => [spec.path, spec]));
  if (byPath.size <= maxLogs) return [...byPath.values()];
  throw new ClearError('RS_USAGE', `expected at most ${maxLogs} logs (--max-logs), got ${byPath.size}`);
}

export interface Zoned {
  readonly name: string;
  readonly timezone: string | undefined;
}

/** No time zone has a dot in its name (tz database), and nearly every log has one: `a=b.log` is a path. */
const ZONE_LIKE = /^[A-Za-z+-][\w+:/-]*$/;

/** `NAME=ZONE` in its two parts; without a zone all of it is the name. @throws ClearError RS_USAGE */
export function splitZone(text: string): Zoned {
  const at = text.lastIndexOf('=');
  const zone = text.slice(at + 1);
  if (at < 1 || !ZONE_LIKE.test(zone)) return { name: text, timezone: undefined };
  if (isTimeZone(zone)) return { name: text.slice(0, at), timezone: zone };
  throw new ClearError(
    'RS_USAGE',
    `expected a time zone like Europe/Berlin or +08:00 after "=" in ${JSON.stringify(text)}, got ${JSON.stringify(zone)}`,
    'a path with such an end is named with its zone, PATH=UTC',
  );
}
