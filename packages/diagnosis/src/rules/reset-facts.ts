/** Questions that several rules ask of a case. */
import type { Ending } from '@resetscope/flow';
import type { CaseFile } from '../case-file.ts';
import { durationText, evidence } from '../evidence.ts';
import type { Evidence } from '../incident.ts';

/** The RST that nginx noticed, when its sender is nginx's peer. */
export function peerReset(c: CaseFile): Ending | null {
  return c.ending?.kind === 'rst' && c.ending.from === c.peerSide ? c.ending : null;
}

/** The FIN that nginx noticed, when its sender is nginx's peer. */
export function peerFin(c: CaseFile): Ending | null {
  return c.ending?.kind === 'fin' && c.ending.from === c.peerSide ? c.ending : null;
}

/** Time without payload before the current request began; null for the first exchange of a connection. */
export function idleBeforeRequestUs(c: CaseFile): number | null {
  const exchange = c.exchange;
  if (exchange === null || exchange.index === 0) return null;
  const previous = c.stream.exchanges.find((e) => e.index === exchange.index - 1);
  return previous?.responseEndUs == null ? null : exchange.requestStartUs - previous.responseEndUs;
}

/** Has the responder's kernel acknowledged the whole request? */
export function requestAcknowledged(c: CaseFile): boolean {
  const end = c.exchange?.requestEnd ?? null;
  return end !== null && c.before.acked.originator >= end;
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

/** The claim about the reset itself, shared by all rules about a peer's RST. */
export function resetClaim(c: CaseFile, reset: Ending): Evidence {
  const flags = (reset.flags & 0x10) !== 0 ? 'RST+ACK' : 'RST';
  const shape = {
    active: 'at its next sequence number: a live socket aborted',
    stateless: 'with the sequence number of our ACK and window 0: its host had no such socket',
    refuse: 'in answer to the SYN: nothing listens on that port',
    foreign: 'that fits neither its sequence numbers nor its options',
  }[reset.shape ?? 'foreign'];
  return evidence(c.stream, `${peerName(c)} sent ${flags} ${shape}`, reset.frameNumber);
}

/** The claim that the current request is complete, with its frame. */
export function requestClaim(c: CaseFile): Evidence {
  const e = c.exchange;
  const what = e?.method == null ? 'the request' : `${e.method} ${e.target ?? ''}`;
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
  return from === undefined || c.ending === null
    ? ''
    : ` ${durationText(Math.max(0, c.ending.tsUs - from))} after the request`;
}
