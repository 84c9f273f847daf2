/**
 * Zeek's `history`: what happened on a connection as a string of letters, upper case for the originator, lower case for the
 * responder, in order (scripts/base/protocols/conn/main.zeek). S SYN, H SYN+ACK, A pure ACK, D data, F FIN, R RST, Q several of
 * SYN, FIN and RST, I FIN with RST; each once, S, H, F and R again for another sequence number. T retransmission, W zero window,
 * G gap: at the first, tenth, hundredth and so on. `^` in front: the connection was turned round. Checksums (C) are not verified.
 */
import { TcpFlag } from '@resetscope/wire';
import { Spelling } from './spelling.ts';

/** Told once, or once more for another sequence number (the first REPEATED of them); told at powers of ten (CountedLetter). */
const LETTERS = 'SHFRADQITWG';
const REPEATED = 4;
const S = 0;
const H = 1;
const F = 2;
const R = 3;
const A = 4;
const D = 5;
const Q = 6;
const I = 7;
const COUNTED = { T: 8, W: 9, G: 10 } as const;
export type CountedLetter = keyof typeof COUNTED;

/** A storm of resets with ever new sequence numbers adds no letters beyond (Zeek has no limit). */
const LETTERS_MAX = 64;

interface HistoryStep {
  readonly flags: number;
  readonly seq: number;
  readonly payloadLen: number;
}

export class History {
  /** Half 0 in upper case. */
  private spelling: Spelling;
  /** Bit 2 * letter + half: told. */
  private told = 0;
  /** Per repeated letter and half: the sequence number where it was seen last (F: after its payload), as int32. */
  private readonly seqs: number[] = [0, 0, 0, 0, 0, 0, 0, 0];
  /** Per counted letter and half: how often; null before the first. */
  private counts: number[] | null = null;

  /** start: the empty spelling, shared by connections that are to share their strings. */
  constructor(start: Spelling = new Spelling('')) {
    this.spelling = start;
  }

  /** The letter for a packet's flags and payload. */
  packet(packet: HistoryStep, half: 0 | 1): void {
    const letter = letterOf(packet);
    if (letter === -1) return;
    const slot = 2 * letter + half;
    const isTold = (this.told & (1 << slot)) !== 0;
    if (letter >= REPEATED) {
      if (!isTold) this.tell(slot);
      return;
    }
    const at = letter === F ? (packet.seq + packet.payloadLen) | 0 : packet.seq | 0;
    if (!isTold || this.seqs[slot] !== at) this.tell(slot);
    this.seqs[slot] = at;
  }

  /** Has the letter for a packet with neither SYN, FIN nor RST been told? */
  isTold({ payloadLen }: HistoryStep, half: 0 | 1): boolean {
    return (this.told & (1 << (2 * (payloadLen > 0 ? D : A) + half))) !== 0;
  }

  /** One more event of a kind that is told at powers of ten. */
  count(letter: CountedLetter, half: 0 | 1): void {
    this.counts ??= [0, 0, 0, 0, 0, 0];
    const at = 2 * (COUNTED[letter] - COUNTED.T) + half;
    const times = (this.counts[at] ?? 0) + 1;
    this.counts[at] = times;
    if (/^10*$/.test(String(times))) this.tell(2 * COUNTED[letter] + half);
  }

  /** With capitals for the originator. */
  for(originatorHalf: 0 | 1): string {
    const { text } = this.spelling;
    if (originatorHalf === 0) return text;
    let swapped = '';
    for (const c of text) swapped += c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase();
    return `^${swapped}`;
  }

  private tell(slot: number): void {
    this.told |= 1 << slot;
    if (this.spelling.text.length >= LETTERS_MAX) return;
    const letter = LETTERS.charAt(slot >> 1);
    this.spelling = this.spelling.with((slot & 1) === 0 ? letter : letter.toLowerCase());
  }
}

/** -1 for a packet without payload and flags. Payload beside a SYN, FIN or RST has no letter of its own. */
function letterOf({ flags, payloadLen }: HistoryStep): number {
  switch (flags & (TcpFlag.SYN | TcpFlag.FIN | TcpFlag.RST)) {
    case 0:
      if (payloadLen > 0) return D;
      return (flags & TcpFlag.ACK) !== 0 ? A : -1;
    case TcpFlag.SYN:
      return (flags & TcpFlag.ACK) !== 0 ? H : S;
    case TcpFlag.FIN:
      return F;
    case TcpFlag.RST:
      return R;
    default:
      return (flags & TcpFlag.FIN) !== 0 && (flags & TcpFlag.RST) !== 0 ? I : Q;
  }
}
