/** How far an answer can be trusted, fact by fact: what was seen, what was lost, and how far the packets reach. */
import { durationText, type Incident, type PacketReach } from '@resetscope/diagnosis';
import { confidenceWords } from './verdict-words.ts';

export interface TrustFact {
  readonly name: string;
  readonly value: string;
  /** good: nothing to doubt. warn: part of the picture is missing. calm: it says nothing either way. */
  readonly tone: 'good' | 'warn' | 'calm';
}

type Trusted = Pick<Incident, 'status' | 'confidence' | 'stream' | 'trust'>;

/** Below this an answer is worth a second look: two observations that fit, and something that is missing (docs/verdicts.md). */
const SURE = 0.8;
/** A line read so late may stand for an earlier moment than its stamp says. */
const LATE_US = 1_000_000;
/** Clocks of two hosts under NTP are nearer. */
const CLOCK_SECONDS = 0.5;

export function trustFacts(incident: Trusted): readonly TrustFact[] {
  const { status, confidence, stream, trust } = incident;
  return [
    ...(status === 'matched' ? [confidenceFact(confidence)] : []),
    ...(stream === null ? [] : [handshakeFact(trust), encryptionFact(trust)]),
    lossFact(trust),
    ...(trust.reach === undefined ? [] : [reachFact(trust.reach)]),
    clockFact(trust),
    ...(trust.readDelayUs === null ? [] : [delayFact(trust.readDelayUs)]),
  ];
}

function confidenceFact(confidence: number): TrustFact {
  return { name: 'Confidence', value: confidenceWords(confidence), tone: confidence >= SURE ? 'good' : 'warn' };
}

function handshakeFact({ sawSyn }: Incident['trust']): TrustFact {
  return sawSyn
    ? { name: 'Handshake', value: 'seen', tone: 'good' }
    : { name: 'Handshake', value: 'not seen: the beginning is missing', tone: 'warn' };
}

function encryptionFact({ tls }: Incident['trust']): TrustFact {
  return tls
    ? { name: 'Encryption', value: 'TLS: no URL to compare', tone: 'warn' }
    : { name: 'Encryption', value: 'none: the request could be read', tone: 'good' };
}

function lossFact({ lostPackets, reach }: Incident['trust']): TrustFact {
  const name = 'Lost by the capture';
  if (lostPackets === null) return { name, value: 'not known', tone: 'calm' };
  const holes = reach?.gaps.length ?? 0;
  if (lostPackets === 0 && holes > 0) return { name, value: `${counted(holes, 'gap')}, not counted`, tone: 'warn' };
  return { name, value: counted(lostPackets, 'packet'), tone: lostPackets === 0 ? 'good' : 'warn' };
}

/** How much before and after the line is at hand. */
function reachFact({ source, beforeUs, afterUs }: PacketReach): TrustFact {
  const name = source === 'ring' ? 'Ring reached back' : 'Capture covers';
  if (beforeUs < 0) return { name, value: `not to the line: it begins ${longText(-beforeUs)} after it`, tone: 'warn' };
  if (source === 'ring') return { name, value: `${longText(beforeUs)} before the line`, tone: 'good' };
  if (afterUs < 0) return { name, value: `not the line: it ends ${longText(-afterUs)} before it`, tone: 'warn' };
  return { name, value: `${longText(beforeUs)} before and ${longText(afterUs)} after the line`, tone: 'good' };
}

function clockFact({ clockOffsetSeconds }: Incident['trust']): TrustFact {
  return {
    name: 'Clock offset',
    value: `${clockOffsetSeconds.toFixed(3)} s`,
    tone: Math.abs(clockOffsetSeconds) < CLOCK_SECONDS ? 'good' : 'warn',
  };
}

function delayFact(readDelayUs: number): TrustFact {
  return {
    name: 'Line read',
    value: readDelayUs < 0 ? 'before the packet: clocks differ' : `${durationText(readDelayUs)} after the reset`,
    tone: readDelayUs >= 0 && readDelayUs < LATE_US ? 'good' : 'warn',
  };
}

/** `7 min 42 s`, `2 h 3 min`; below a minute as durationText. */
function longText(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  if (seconds < 60) return durationText(us);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} days`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The same as short clauses, for text and Markdown, where the confidence stands at the head. */
export function trustWords(incident: Trusted): readonly string[] {
  const facts = trustFacts({ ...incident, status: 'unmatched' });
  return [...facts.map(({ name, value }) => `${name.toLowerCase()}: ${value}`), ...incident.trust.flags];
}
