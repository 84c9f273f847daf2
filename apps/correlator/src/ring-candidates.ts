/** What the ring holds about a group of lines: the connections they may speak of, and what surrounds those. */
import { type AccessLog, type LogLine, Surroundings } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import type { ConnectionKey, ResetRecord, RingReader, TimeWindow } from '@resetscope/ring';
import { accessKeys } from './access-keys.ts';
import { fairKeys, isRefusal, upstreamsOf } from './candidate-keys.ts';
import { windowOfAll, writtenUs } from './line-time.ts';
import { NearResets } from './near-resets.ts';
import { lackBeginning, type RingStream, readStreams, readStreamsDeep, viewWindow } from './ring-streams.ts';
import type { TakenEnds } from './taken-ends.ts';

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
/**
 * Before the kernel or nginx gives up a peer that is not there, the last packet is as old as half of the waiting: a SYN that is
 * repeated for nginx's default of 60 s (proxy_connect_timeout) is sent for the last time 29 s before its end.
 */
const SILENT_BACK_US = 32_000_000;

export interface RingCandidates {
  readonly streams: readonly RingStream[];
  readonly surroundings: Surroundings;
}

/** What besides the ring is known when candidates are looked for. */
export interface CandidateHints {
  /** Names connections by their ends. */
  readonly accessLog: AccessLog | null;
  readonly taken: TakenEnds;
  /** Claimants of the lines. */
  readonly own: ReadonlySet<string>;
}

/** lines: near each other in time (timeGroups). */
export async function readCandidates(
  lines: readonly LogLine[],
  ring: RingReader,
  hints: CandidateHints,
): Promise<RingCandidates> {
  const window = windowOfAll(lines);
  const aftermath = { fromUs: window.fromUs, toUs: window.toUs + AFTERMATH_US };
  const view = await ring.view(viewWindow(aftermath));
  const resets = view.resets(aftermath);
  const upstreams = upstreamsOf(lines);
  const keys = await keysOf(lines, resets, ring, hints);
  let deepLeft = Math.min(DEEP_MAX, DEEP_BASE + lines.length);
  const read = async (key: ConnectionKey): Promise<readonly RingStream[]> => {
    const found = await readStreams(view, key, aftermath, upstreams);
    if ((found.length > 0 && !lackBeginning(found)) || deepLeft-- <= 0) return found;
    return readStreamsDeep(ring, key, aftermath, upstreams);
  };
  const streams = (await Promise.all(keys.map(read))).flat();
  const found = streams.map(({ stream }) => stream);
  return { streams, surroundings: surroundingsOf([...hints.taken.streamsIn(aftermath, found), ...found], resets) };
}

async function keysOf(
  lines: readonly LogLine[],
  resets: readonly ResetRecord[],
  ring: RingReader,
  { accessLog, taken, own }: CandidateHints,
): Promise<readonly ConnectionKey[]> {
  const max = KEYS_BASE + KEYS_PER_LINE * lines.length;
  const free = resets.filter((reset) => !taken.isOthers(reset, own));
  const near = new NearResets(free, upstreamsOf(lines));
  const quiet = new QuietConnections(ring);
  const wanted: (readonly ConnectionKey[])[] = [];
  for (const line of lines) {
    const named = line.leg === 'client' ? accessKeys(line, accessLog) : [];
    if (named.length > 0) wanted.push(named);
    const ofResets = near.keysFor(line, max);
    if (!mayEndWithoutReset(line)) wanted.push(ofResets);
    else {
      const [justThere = [], ...before] = await quiet.around(line);
      wanted.push([...justThere, ...ofResets, ...before.flat()].slice(0, max));
    }
  }
  return fairKeys(wanted, max);
}

/** No errno: a FIN, or a reset that TLS turned into an end of stream. EPIPE: a FIN, and then a reset against our data. */
function mayEndWithoutReset(line: LogLine): boolean {
  return line.entry.errno === null || line.entry.errno === EPIPE || isTimerOfNginx(line) || isGivenUp(line);
}

/** asm-generic/errno-base.h, errno.h */
const EPIPE = 32;
const ETIMEDOUT = 110;
const EHOSTUNREACH = 113;

/** nginx writes the line and then closes the connection. */
function isTimerOfNginx({ kind, entry }: LogLine): boolean {
  return kind === 'client-timed-out' || (kind === 'upstream-timed-out' && !isConnecting(entry));
}

/** Nothing follows, and nothing came for long. */
function isGivenUp(line: LogLine): boolean {
  const { errno } = line.entry;
  return (errno === ETIMEDOUT || errno === EHOSTUNREACH) && !isTimerOfNginx(line);
}

function isConnecting({ action }: LogLine['entry']): boolean {
  return action?.kind === 'known' && action.phrase === 'connecting to upstream';
}

/** Connections of a line's address that had packets around it. Lines of one moment share the answer. */
class QuietConnections {
  private readonly ring: RingReader;
  private readonly known = new Map<string, Promise<readonly ConnectionKey[]>>();

  constructor(ring: RingReader) {
    this.ring = ring;
  }

  /** Those with packets just there, then those with packets further back. */
  async around(line: LogLine): Promise<readonly (readonly ConnectionKey[])[]> {
    const upstream = line.entry.upstream;
    const address = line.leg === 'upstream' ? upstream?.address : line.client;
    if (line.leg === null || address == null) return [];
    const port = line.leg === 'upstream' ? (upstream?.port ?? null) : null;
    const [nearUs, furtherUs] = QUIET_BACK_US;
    // Rounded up, so that lines of one moment ask the same question.
    const untilUs = roundedUp(writtenUs(line) + 1, nearUs);
    const toUs = isTimerOfNginx(line) ? untilUs + nearUs : untilUs;
    const near = await this.ask({ fromUs: untilUs - 2 * nearUs, toUs }, address, port);
    const further = await this.ask({ fromUs: untilUs - furtherUs, toUs }, address, port);
    if (!isGivenUp(line)) return [near, further];
    // Every block of these seconds is read: once for all lines of a second.
    const silentUs = roundedUp(untilUs, furtherUs);
    return [near, further, await this.ask({ fromUs: silentUs - SILENT_BACK_US, toUs: silentUs }, address, port)];
  }

  private ask(window: TimeWindow, address: string, port: number | null): Promise<readonly ConnectionKey[]> {
    const name = `${window.fromUs} ${window.toUs} ${address} ${port}`;
    const asked =
      this.known.get(name) ?? this.ring.connectionsOf(window, port === null ? { address } : { address, port });
    this.known.set(name, asked);
    return asked;
  }
}

function roundedUp(tsUs: number, stepUs: number): number {
  return Math.ceil(tsUs / stepUs) * stepUs;
}

/** What the connections say of each other's ends. resets: those around, for refusals. */
export function surroundingsOf(streams: readonly TcpStream[], resets: readonly ResetRecord[]): Surroundings {
  const surroundings = new Surroundings();
  for (const stream of streams) {
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
