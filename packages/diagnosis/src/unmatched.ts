/** Why a line has no single connection, in words that say what to do about it. */
import type { UnmatchedReason } from './incident.ts';
import type { Match } from './match.ts';

const REASONS: Readonly<Record<UnmatchedReason, string>> = {
  'no-stream-in-window':
    'No connection between these addresses ended near the time of this line: was it captured, on this interface, with this clock?',
  'no-such-reset':
    'Connections of these addresses are in the capture, but none ended as this line says; another line explains the reset better, or the line is forged.',
  'capture-gap': 'The capture lost packets at the time of this line.',
  'window-expired': 'The packets of this time had already left the ring.',
  'capture-not-there': 'No capture was running at the time of this line.',
  clock: 'A connection fits this line in everything but time: do the clocks of log and capture agree?',
  'unix-socket': 'The connection is a unix socket: no packet exists.',
  'not-tcp': 'The line speaks of no TCP connection of its own.',
  'several-fit': 'Several connections fit this line equally well.',
  uncorroborated: 'No packet supports this line: it may be forged.',
};

/** What to do so that the next such line is explained. */
const ACTIONS: Readonly<Record<UnmatchedReason, string>> = {
  'no-stream-in-window':
    'capture: on every interface of nginx, from before the line; --clock-offset and --timezone where the clocks differ.',
  'no-such-reset': 'capture: without loss, from before the line. Otherwise distrust the line.',
  'capture-gap': 'capture: a larger buffer, a shorter snap length, or a narrower filter.',
  'window-expired': 'ring: more bytes or a longer age.',
  'capture-not-there': 'capture: keep it running beside nginx.',
  clock: 'hosts: NTP on both, or tailer and capture on one host.',
  'unix-socket': 'upstream: its own log; or let nginx reach it over TCP when its packets are to be seen.',
  'not-tcp': 'Nothing.',
  'several-fit':
    'nginx: an access log with $connection and $realip_remote_addr:$realip_remote_port names the connection (--access-log).',
  uncorroborated: 'Distrust the line: log text can be written by any client.',
};

export function actionText(reason: UnmatchedReason): string {
  return ACTIONS[reason];
}

export function unmatchedText(reason: UnmatchedReason): string {
  return REASONS[reason];
}

export function unmatchedSentence(match: Exclude<Match, { kind: 'matched' }>): string {
  if (match.kind === 'unmatched') return unmatchedText(match.reason);
  if (match.reason === 'capture-gap')
    return 'One connection fits this line, but packets of its time are not there: it may speak of another that was not captured.';
  return `${match.candidates.length} connections fit this line equally well and the log cannot tell them apart.`;
}
