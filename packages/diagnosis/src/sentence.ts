/**
 * The verdict in words, built from fields, never from rules: a sentence for what happened to the connection and one for
 * the transaction, and a sentence for each of the three questions.
 */
import { endpointText } from '@resetscope/wire';
import type { CaseFile } from './case-file.ts';
import { durationText } from './evidence.ts';
import type { ResetBy } from './incident.ts';
import { idleBeforeRequestUs, isUnseen } from './rules/reset-facts.ts';
import { sentenceCase } from './sentence-case.ts';

/** Longer targets are cut in sentences; the line and the evidence have them whole. */
const TARGET_MAX = 120;

export function whoText(c: CaseFile, by: ResetBy | null): string {
  switch (by) {
    case 'nginx':
      return 'nginx';
    case null:
      return c.ending?.from === c.nginxSide ? 'nginx' : sentenceCase(peerText(c));
    case 'middlebox':
      return `Something between nginx and ${peerText(c)}`;
    default:
      return sentenceCase(peerText(c));
  }
}

function peerText(c: CaseFile): string {
  const { originator, responder, proxyHeader } = c.stream;
  if (c.leg === 'upstream') return `upstream ${endpointText(responder.address, responder.port)}`;
  const named = proxyHeader?.sourceAddress ?? c.entry?.client ?? null;
  if (named === null || named === originator.address) return `client ${originator.address}`;
  return `client ${named} (through ${originator.address})`;
}

export function sentenceOf(c: CaseFile, by: ResetBy | null): string {
  const what = c.ending === null ? silenceText(c) : `${whoText(c, by)} ${verbOf(c)} ${whatText(c, by)}`;
  return `${what}. ${c.phase === 'request' ? succeededText(c).replace(NEVER_COMPLETE, '') : succeededText(c)}`;
}

/** The first half of such a sentence has said it. */
const NEVER_COMPLETE = 'The request was never complete. ';

/** Neither FIN nor RST is in the capture. */
function silenceText(c: CaseFile): string {
  const who = sentenceCase(peerText(c));
  if (c.phase === 'handshake') return `${who} did not answer the attempt to connect`;
  return `${who} fell silent${inPhase(c)}${toRequest(c)}`;
}

function verbOf(c: CaseFile): 'refused' | 'closed' | 'reset' {
  if (c.ending?.shape === 'refuse') return 'refused';
  return c.ending?.kind === 'fin' ? 'closed' : 'reset';
}

/** What was reset or closed, and when in the life of the connection. */
function whatText(c: CaseFile, by: ResetBy | null): string {
  if (c.ending?.shape === 'refuse') return 'the connection';
  switch (c.phase) {
    case 'handshake':
      return 'the connection before any byte was sent';
    case 'tls-handshake':
      return 'the connection inside the TLS handshake';
    case 'request':
      return c.leg === 'client'
        ? `the connection before ${requestText(c)} was complete`
        : `the connection while nginx was still sending ${requestText(c)}`;
    case 'waiting':
      return waitText(c, by);
    case 'response':
      return responseText(c);
    case 'lingering':
      return `the connection after the complete response${toRequest(c)}, in answer to nginx's FIN`;
    case 'idle':
      return `the idle connection after ${lastText(c)}`;
    case 'closing':
      return 'the connection after its own FIN';
    case 'tunnel':
      return `the upgraded connection${inBrackets(c)}`;
    case null:
      return 'the HTTP/2 connection';
  }
}

/** What had come before the connection was idle. */
function lastText(c: CaseFile): string {
  const isCancelled = c.exchange !== null && c.exchange.streamReset !== null;
  return isCancelled
    ? `${requestText(c)} had been cancelled on it (RST_STREAM)`
    : `the complete response${toRequest(c)}`;
}

function waitText(c: CaseFile, by: ResetBy | null): string {
  const asker = by === 'nginx' || c.ending?.from === c.nginxSide ? 'it' : 'nginx';
  if (isUnseen(c))
    return `the connection while ${c.leg === 'client' ? 'it waited' : `${asker} waited`} for the answer${toRequest(c)}`;
  const sinceUs = c.exchange === null || c.ending === null ? 0 : Math.max(0, c.ending.tsUs - c.exchange.requestStartUs);
  if (c.leg === 'client' && c.ending?.from === c.nginxSide)
    return `the connection ${durationText(sinceUs)} after ${requestText(c)} began, without an answer`;
  if (c.leg === 'client') return `the connection after waiting ${durationText(sinceUs)} for the answer${toRequest(c)}`;
  const idleUs = idleBeforeRequestUs(c);
  const reused = idleUs === null ? '' : `, on a connection that had been idle for ${durationText(idleUs)}`;
  return `the connection ${durationText(sinceUs)} after ${asker} sent ${requestText(c)}${reused}`;
}

function responseText(c: CaseFile): string {
  if (c.outcome.response !== 'complete') return `the connection inside the response${toRequest(c)}`;
  return c.leg === 'client'
    ? `the connection before it had acknowledged the whole response${toRequest(c)}`
    : `the connection right after the complete response${toRequest(c)}`;
}

/** `GET /a`, or what can be said without one. */
function requestText(c: CaseFile): string {
  const method = methodOf(c);
  return method === null ? 'the request' : `${method} ${(c.exchange?.target ?? '').slice(0, TARGET_MAX)}`.trim();
}

function toRequest(c: CaseFile): string {
  return methodOf(c) === null ? '' : ` to ${requestText(c)}`;
}

function inBrackets(c: CaseFile): string {
  return methodOf(c) === null ? '' : ` (${requestText(c)})`;
}

/** Null also for bytes that are no method: they say nothing, and may hold anything. */
function methodOf(c: CaseFile): string | null {
  const method = c.exchange?.method ?? null;
  return method !== null && TOKEN.test(method) ? method : null;
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 section 15.2.2: HTTP has ended there. */
const SWITCHING_PROTOCOLS = 101;

export function succeededText({ outcome: o, leg, exchange }: Pick<CaseFile, 'outcome' | 'leg' | 'exchange'>): string {
  const status = o.status === null ? '' : ` ${o.status}`;
  if (o.request === 'none')
    return leg === 'client'
      ? 'No request was sent, nothing is lost.'
      : 'The request was not sent to it. A retry is safe.';
  if (exchange !== null && exchange.streamReset !== null) return 'No request was under way, nothing more is lost.';
  if (o.status === SWITCHING_PROTOCOLS) return 'It had been upgraded (101): what was under way on it cannot be seen.';
  if (o.response === 'complete' && o.delivered === 'yes')
    return `The request was answered${status} and every byte of the answer was acknowledged.`;
  if (o.response === 'complete') return `The answer${status} was sent completely, but not all of it was acknowledged.`;
  if (o.response === 'unknown')
    return 'What was under way on it cannot be seen: the capture does not hold its HTTP/2 frames.';
  const retry = {
    yes: 'A retry is safe.',
    no: 'It may have been executed: a blind retry is not safe.',
    unknown: 'Whether it was executed cannot be seen.',
  }[o.retrySafe];
  if (o.response === 'partial') return `The answer${status} was cut short. ${retry}`;
  return o.request === 'partial' ? `The request was never complete. ${retry}` : `The request got no answer. ${retry}`;
}

export function whoSentence(c: CaseFile, by: ResetBy | null, normalClose: boolean): string {
  const normal = normalClose ? 'That is a common way to close and no fault.' : 'That is not a normal close.';
  if (c.ending === null) return `${silenceText(c)}. ${normal}`;
  return `${whoText(c, by)} ${verbOf(c)} the connection${inPhase(c)}. ${normal}`;
}

function inPhase({ phase }: CaseFile): string {
  return phase === null ? '' : ` in phase "${phase}"`;
}
