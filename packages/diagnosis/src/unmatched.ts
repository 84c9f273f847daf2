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
  'unix-socket': 'The connection is a unix socket: no packet exists.',
  'not-tcp': 'The line speaks of no TCP connection of its own.',
  'several-fit': 'Several connections fit this line equally well.',
  uncorroborated: 'No packet supports this line: it may be forged.',
};

export function unmatchedText(reason: UnmatchedReason): string {
  return REASONS[reason];
}

export function unmatchedSentence(match: Exclude<Match, { kind: 'matched' }>): string {
  if (match.kind === 'unmatched') return unmatchedText(match.reason);
  return `${match.candidates.length} connections fit this line equally well and the log cannot tell them apart.`;
}
