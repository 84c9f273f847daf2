/** Questions that several rules ask of a case. */
import type { Ending } from '@resetscope/flow';
import type { CaseFile } from '../case-file.ts';
import { durationText, evidence } from '../evidence.ts';
import type { Evidence } from '../incident.ts';
import { isAskedAfter } from '../phase.ts';

/** The RST that nginx noticed, when its sender is nginx's peer. */
export function peerReset(c: CaseFile): Ending | null {
  return c.ending?.kind === 'rst' && c.ending.from === c.peerSide ? c.ending : null;
}

/** The FIN that nginx noticed, when its sender is nginx's peer. */
export function peerFin(c: CaseFile): Ending | null {
  return c.ending?.kind === 'fin' && c.ending.from === c.peerSide ? c.ending : null;
}

/** What nginx itself sent to end the connection; null when its peer, or nobody, did. */
export function ownEnding(c: CaseFile): Ending | null {
  return c.ending !== null && c.ending.from === c.nginxSide ? c.ending : null;
}

/** nginx's own FIN before the ending; null when it sent none. */
export function earlierOwnFin(c: CaseFile): Ending | null {
  const end = c.ending;
  const fin = c.stream.endings.find((e) => e.kind === 'fin' && e.from === c.nginxSide);
  return fin === undefined || end === null || fin.frameNumber >= end.frameNumber ? null : fin;
}

/** The peer's FIN that was there before nginx began the request; null when there was none. */
export function earlierPeerFin(c: CaseFile): Ending | null {
  const fin = c.stream.endings.find((e) => e.kind === 'fin' && e.from === c.peerSide);
  return fin !== undefined && isAskedAfter(fin, c.before) ? fin : null;
}

/** A configured `return` is decided when the header section is read: within the same round of the event loop (lab c16, c17). */
const AT_ONCE_US = 50_000;

/** nginx ended a client's connection so soon after its request, and without a byte of an answer, that it may be a `return 444`. */
export function mayBeReturned(c: CaseFile): boolean {
  const end = ownEnding(c);
  const e = c.exchange;
  if (c.leg !== 'client' || c.entry !== null || end === null || e?.responseState !== 'none') return false;
  return !c.before.fin[c.nginxSide] && end.tsUs - e.requestStartUs <= AT_ONCE_US;
}

/** Time without payload before the ending, or before the last payload when that has just come; 0 when nothing was sent. */
export function silenceUs(c: CaseFile): number {
  const idleUs = c.ending === null || c.before.lastPayloadUs === null ? 0 : c.ending.tsUs - c.before.lastPayloadUs;
  return Math.max(0, idleUs, c.phase === 'waiting' ? (idleBeforeRequestUs(c) ?? 0) : 0);
}

/** Time without payload before the current request began; null for the first exchange of a connection. */
export function idleBeforeRequestUs(c: CaseFile): number | null {
  const exchange = c.exchange;
  if (exchange === null || exchange.index === 0) return null;
  const previous = c.stream.exchanges.find((e) => e.index === exchange.index - 1);
  return previous?.responseEndUs == null ? null : exchange.requestStartUs - previous.responseEndUs;
}

/** A live application cannot read a request and decide to abort faster than this on an idle connection (measured: races end within 2 ms). */
const RACE_US = 10_000;
/** On busy hosts a race shows later: after a real idle time this much is still taken for one (measured: aborts by applications take longer). */
const LATE_RACE_US = 25_000;
const REAL_IDLE_US = 200_000;

/** A connection that had been used before ended at once under a new request: its end was on the way, or its socket gone. */
export function endsInRace(c: CaseFile, end: Ending, idleUs: number): boolean {
  if (end.shape === 'stateless') return true;
  const raceUs = idleUs >= REAL_IDLE_US ? LATE_RACE_US : RACE_US;
  return c.exchange !== null && end.tsUs - c.exchange.requestStartUs <= raceUs;
}

/** No byte of the exchange was captured: frames count from 1. */
export function isUnseen(c: CaseFile): boolean {
  return c.exchange?.requestFrame === 0;
}

/** Has the responder's kernel acknowledged the whole request? */
export function requestAcknowledged(c: CaseFile): boolean {
  const end = c.exchange?.requestEnd ?? null;
  return end !== null && !isUnseen(c) && c.before.acked.originator >= end;
}

/** The packet's TTL contradicts what its claimed sender uses in this flow, or elsewhere in the capture. */
export function ttlIsForeign(c: CaseFile, reset: Ending): boolean {
  if (reset.ttlMatches !== null) return !reset.ttlMatches;
  return c.surroundings.ttlIsUsual(c.stream[reset.from].address, reset.ttl) === false;
}

/** `the client` / `the upstream`, for claims. */
export function peerName(c: CaseFile): string {
  return c.leg === 'client' ? 'the client' : 'the upstream';
}

/** The claim about the reset itself, shared by all rules about a RST. */
export function resetClaim(c: CaseFile, reset: Ending): Evidence {
  const sender = reset.from === c.nginxSide ? 'nginx' : peerName(c);
  const flags = (reset.flags & 0x10) !== 0 ? 'RST+ACK' : 'RST';
  const shape = {
    active: 'at its next sequence number: a live socket aborted',
    stateless: 'with the sequence number of our ACK and window 0: its host had no such socket',
    refuse: 'in answer to the SYN: nothing listens on that port',
    foreign: 'that fits neither its sequence numbers nor its options',
  }[reset.shape ?? 'foreign'];
  return evidence(c.stream, `${sender} sent ${flags} ${shape}`, reset.frameNumber);
}

/** The same of a RST that is not from the end whose address it bears. */
export function borneClaim(c: CaseFile, reset: Ending): Evidence {
  const flags = (reset.flags & 0x10) !== 0 ? 'RST+ACK' : 'RST';
  return evidence(c.stream, `${flags} came in the name of ${peerName(c)}`, reset.frameNumber);
}

/** The claim that the current request is complete, with its frame. */
export function requestClaim(c: CaseFile): Evidence {
  const e = c.exchange;
  const what = e?.method == null ? 'the request' : `${e.method} ${e.target ?? ''}`.trim();
  if (isUnseen(c)) return evidence(c.stream, `the capture began after ${what}: the log line speaks of it`);
  const acked = requestAcknowledged(c) ? ' and acknowledged' : '';
  return evidence(
    c.stream,
    `${what} was ${e?.requestState === 'complete' ? 'sent completely' : 'begun'}${acked}`,
    e?.requestFrame,
  );
}

/** The claim about the response: complete and acknowledged, cut short, or none. */
export function responseClaim(c: CaseFile): Evidence {
  const e = c.exchange;
  const acked = c.before.acked.responder - (e?.responseStart ?? 0);
  const sent = c.before.sent.responder - (e?.responseStart ?? 0);
  if (e === null || e.responseState === 'none')
    return evidence(c.stream, 'no byte of a response had been sent', c.ending?.frameNumber);
  if (isUnseen(c)) return evidence(c.stream, 'the capture began after the response');
  const status = e.status === null ? 'the response' : `the ${e.status} response`;
  const state =
    e.responseState === 'complete' ? `was complete (${sent} bytes)` : `had begun (${sent} bytes) and was not complete`;
  const received =
    acked >= sent ? 'every byte of it was acknowledged' : `${Math.max(0, acked)} bytes of it were acknowledged`;
  return evidence(c.stream, `${status} ${state}; ${received}`, e.responseFrame);
}

/** How long after the request's last byte the connection ended. */
export function delayClaim(c: CaseFile): string {
  const from = c.exchange?.requestEndUs ?? c.exchange?.requestStartUs;
  return from === undefined || c.ending === null || isUnseen(c)
    ? ''
    : ` ${durationText(Math.max(0, c.ending.tsUs - from))} after the request`;
}
