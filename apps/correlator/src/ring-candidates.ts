/** What the ring holds about a group of lines: the connections they may speak of, and what surrounds those. */
import { type AccessLog, type LogLine, Surroundings } from '@resetscope/diagnosis';
import type { ConnectionKey, ResetRecord, RingReader, TimeWindow } from '@resetscope/ring';
import { accessKeys } from './access-keys.ts';
import { fairKeys, isRefusal, nearestKeys, upstreamsOf } from './candidate-keys.ts';
import { windowOfAll, writtenUs } from './line-time.ts';
import { lackBeginning, type RingStream, readStreams, readStreamsDeep } from './ring-streams.ts';

/**
 * Connections read for a group: these and some for each line. A reset storm has as many lines as resets; what looks like
 * one of them besides (probes, other clients behind one address) is left out when it is further away than this.
 */
const KEYS_BASE = 64;
const KEYS_PER_LINE = 2;
/** Connections of these whose beginning is looked for far back: the nearest, and some for each line, up to a limit. */
const DEEP_BASE = 16;
const DEEP_MAX = 100;
/** Late packets of a connection: what came after its end is part of its story (data after "its own" RST, answers to a FIN). */
export const AFTERMATH_US = 5_000_000;
/** Lines without a RST (FIN, TLS) are looked for among all connections with packets so shortly before; first the near ones. */
const QUIET_BACK_US = [100_000, 1_000_000] as const;

export interface RingCandidates {
  readonly streams: readonly RingStream[];
  readonly surroundings: Surroundings;
}

/** lines: near each other in time (timeGroups). accessLog: names connections by their ends. */
export async function readCandidates(
  lines: readonly LogLine[],
  ring: RingReader,
  accessLog: AccessLog | null = null,
): Promise<RingCandidates> {
  const window = windowOfAll(lines);
  const aftermath = { fromUs: window.fromUs, toUs: window.toUs + AFTERMATH_US };
  const resets = await ring.resets(aftermath);
  const streams: RingStream[] = [];
  const upstreams = upstreamsOf(lines);
  let deepLeft = Math.min(DEEP_MAX, DEEP_BASE + lines.length);
  for (const key of await keysOf(lines, resets, ring, accessLog)) {
    const found = await readStreams(ring, key, aftermath, upstreams);
    const isDeep = deepLeft > 0 && lackBeginning(found);
    if (isDeep) deepLeft--;
    streams.push(...(isDeep ? await readStreamsDeep(ring, key, aftermath, upstreams) : found));
  }
  return { streams, surroundings: surroundingsOf(streams, resets) };
}

async function keysOf(
  lines: readonly LogLine[],
  resets: readonly ResetRecord[],
  ring: RingReader,
  accessLog: AccessLog | null,
): Promise<readonly ConnectionKey[]> {
  const max = KEYS_BASE + KEYS_PER_LINE * lines.length;
  const upstreams = upstreamsOf(lines);
  const quiet = new QuietConnections(ring);
  const wanted: (readonly ConnectionKey[])[] = [];
  for (const line of lines) {
    const named = line.leg === 'client' ? accessKeys(line, accessLog) : [];
    if (named.length > 0) wanted.push(named);
    const ofResets = nearestKeys(line, resets, upstreams, max);
    if (!mayEndWithoutReset(line)) wanted.push(ofResets);
    else {
      const [near, further] = await quiet.before(line);
      wanted.push([...near, ...ofResets, ...further].slice(0, max));
    }
  }
  return fairKeys(wanted, max);
}

/** No errno: a FIN, or a reset that TLS turned into an end of stream. EPIPE: a FIN, and then a reset against our data. */
function mayEndWithoutReset({ entry }: LogLine): boolean {
  return entry.errno === null || entry.errno === EPIPE;
}

/** asm-generic/errno-base.h */
const EPIPE = 32;

/** Connections of a line's address that had packets just before it. Lines of one moment share the answer. */
class QuietConnections {
  private readonly ring: RingReader;
  private readonly known = new Map<string, Promise<readonly ConnectionKey[]>>();

  constructor(ring: RingReader) {
    this.ring = ring;
  }

  /** Those with packets shortly before, and those with packets before. */
  async before(line: LogLine): Promise<readonly [near: readonly ConnectionKey[], further: readonly ConnectionKey[]]> {
    const upstream = line.entry.upstream;
    const address = line.leg === 'upstream' ? upstream?.address : line.client;
    if (line.leg === null || address == null) return [[], []];
    const port = line.leg === 'upstream' ? (upstream?.port ?? null) : null;
    const [nearUs, furtherUs] = QUIET_BACK_US;
    // Rounded up, so that lines of one moment ask the same question.
    const toUs = Math.ceil((writtenUs(line) + 1) / nearUs) * nearUs;
    const near = await this.ask({ fromUs: toUs - 2 * nearUs, toUs }, address, port);
    return [near, await this.ask({ fromUs: toUs - furtherUs, toUs }, address, port)];
  }

  private ask(window: TimeWindow, address: string, port: number | null): Promise<readonly ConnectionKey[]> {
    const name = `${window.fromUs} ${window.toUs} ${address} ${port}`;
    const asked =
      this.known.get(name) ?? this.ring.connectionsOf(window, port === null ? { address } : { address, port });
    this.known.set(name, asked);
    return asked;
  }
}

/** What the connections say of each other's ends. resets: those around, for refusals. */
export function surroundingsOf(streams: readonly RingStream[], resets: readonly ResetRecord[]): Surroundings {
  const surroundings = new Surroundings();
  for (const { stream } of streams) {
    surroundings.noteStream(stream);
    for (const side of ['originator', 'responder'] as const) {
      const ttl = stream.halves[side].ttl;
      if (ttl !== null) surroundings.noteTtl(stream[side].address, ttl);
    }
  }
  for (const { src, srcPort, tsUs } of resets.filter(isRefusal)) {
    surroundings.noteRefusal({ address: src, port: srcPort }, tsUs);
  }
  return surroundings;
}
