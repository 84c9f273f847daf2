/**
 * nginx's other connection for the request of a matched line, out of the ring. Read is what decides: the connections of the client (or
 * to the upstream) with packets in the 50 ms in which nginx passes a request on, 32 at most; more prove nothing and
 * are not read. A connection that the access log names is read alone. Which it is, if any, says the code of the offline analysis.
 */
import {
  type AccessLog,
  type FoundLeg,
  type LegQuestion,
  legQuestion,
  type Match,
  OtherLegs,
} from '@resetscope/diagnosis';
import type { ConnectionKey, RingReader } from '@resetscope/ring';
import { accessKeys } from './access-keys.ts';
import { lostIn } from './ring-answer.ts';
import { type RingStream, readStreams, readStretch } from './ring-streams.ts';

/** Connections read for one line. */
const KEYS_MAX = 32;
/** The connection found is read to so long after the end of the request. */
const AFTERMATH_US = 1_000_000;

export interface RingLeg {
  readonly found: FoundLeg;
  readonly ringStream: RingStream;
}

/** Null: nothing shows which it is. @throws RingUnavailableError */
export async function readOtherLeg(
  match: Match,
  ring: RingReader,
  accessLog: AccessLog | null,
): Promise<RingLeg | null> {
  const question = legQuestion(match, accessLog);
  if (question === null) return null;
  const upstreams = new Set([question.upstream].filter((key) => key !== null));
  const candidates = await readCandidates(match, question, { ring, accessLog, upstreams });
  if (candidates === null) return null;
  const streams = candidates.flatMap((one) => one.streams.map(({ stream }) => stream));
  const isWhole = lostIn(question.window, await ring.coverage()) === 0;
  const found = new OtherLegs({ streams, unreadable: [], isWhole }, accessLog).of(match);
  const chosen = candidates.find((one) => one.streams.some(({ stream }) => stream === found?.stream));
  return found === null || chosen === undefined ? null : readWhole(found, chosen.key, ring, upstreams);
}

interface Candidate {
  readonly key: ConnectionKey;
  readonly streams: readonly RingStream[];
}

interface Source {
  readonly ring: RingReader;
  readonly accessLog: AccessLog | null;
  readonly upstreams: ReadonlySet<string>;
}

/** Null: too many. */
async function readCandidates(
  match: Match,
  { window, end }: LegQuestion,
  { ring, accessLog, upstreams }: Source,
): Promise<readonly Candidate[] | null> {
  const named = match.line.leg === 'upstream' ? accessKeys(match.line, accessLog) : [];
  const keys = named.length > 0 ? named : await ring.connectionsOf(window, end);
  if (keys.length > KEYS_MAX) return null;
  const candidates: Candidate[] = [];
  for (const key of keys) {
    const read = named.length > 0 ? readStreams : readStretch;
    candidates.push({ key, streams: await read(ring, key, window, upstreams) });
  }
  return candidates;
}

/** The connection with what was before and after, for its ladder; of one that is busy with other requests only what is near. */
async function readWhole(
  found: FoundLeg,
  key: ConnectionKey,
  ring: RingReader,
  upstreams: ReadonlySet<string>,
): Promise<RingLeg | null> {
  const { firstUs, lastUs } = found.stream;
  const window = { fromUs: Math.min(found.fromUs, firstUs), toUs: found.toUs + AFTERMATH_US };
  const isOfTime = ({ stream }: RingStream): boolean => stream.firstUs <= lastUs && stream.lastUs >= firstUs;
  const whole = (await readStreams(ring, key, window, upstreams)).find(isOfTime);
  const isBusy = whole !== undefined && whole.stream.omittedSegments > 0;
  const read = isBusy ? (await readStretch(ring, key, window, upstreams)).find(isOfTime) : whole;
  return read === undefined ? null : { found: { ...found, stream: read.stream }, ringStream: read };
}
