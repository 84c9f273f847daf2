/**
 * Zeek's `history`: what happened on a connection as a string of letters, upper case for the originator, lower case for the
 * responder, in order (scripts/base/protocols/conn/main.zeek). S SYN, H SYN+ACK, A pure ACK, D data, F FIN, R RST, Q several of
 * SYN, FIN and RST, I FIN with RST; each once, S, H, F and R again for another sequence number. T retransmission, W zero window,
 * G gap: at the first, tenth, hundredth and so on. `^` in front: the connection was turned round. Checksums (C) are not verified.
 */
import { TcpFlag } from '@resetscope/wire';

/** Told once, or once more for another sequence number (REPEATED); told at powers of ten (CountedLetter). */
const LETTERS = 'SHADFRQITWG';
const REPEATED = 'SHFR';
export type CountedLetter = 'T' | 'W' | 'G';

/** A storm of resets with ever new sequence numbers adds no letters beyond (Zeek has no limit). */
const LETTERS_MAX = 64;

interface HistoryStep {
  readonly flags: number;
  readonly seq: number;
  readonly payloadLen: number;
}

export class History {
  /** Half 0 in upper case. */
  private text = '';
  /** Per letter and half: sequence number where it was seen last (F: after its payload), or how often; -1 before. */
  private readonly seen: number[] = new Array(2 * LETTERS.length).fill(-1);

  /** The letter for a packet's flags and payload. */
  packet(packet: HistoryStep, half: 0 | 1): void {
    const letter = letterOf(packet);
    if (letter === null) return;
    const at = letter === 'F' ? (packet.seq + packet.payloadLen) >>> 0 : packet.seq;
    const slot = slotOf(letter, half);
    const last = this.seen[slot];
    if (last === -1 || (last !== at && REPEATED.includes(letter))) this.add(letter, half);
    this.seen[slot] = at;
  }

  /** One more event of a kind that is told at powers of ten. */
  count(letter: CountedLetter, half: 0 | 1): void {
    const slot = slotOf(letter, half);
    const times = Math.max(0, this.seen[slot] ?? 0) + 1;
    this.seen[slot] = times;
    if (/^10*$/.test(String(times))) this.add(letter, half);
  }

  /** With capitals for the originator. */
  for(originatorHalf: 0 | 1): string {
    if (originatorHalf === 0) return this.text;
    let swapped = '';
    for (const c of this.text) swapped += c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase();
    return `^${swapped}`;
  }

  private add(letter: string, half: 0 | 1): void {
    if (this.text.length < LETTERS_MAX) this.text += half === 0 ? letter : letter.toLowerCase();
  }
}

function slotOf(letter: string, half: 0 | 1): number {
  return 2 * LETTERS.indexOf(letter) + half;
}

/** Null for a packet without payload and flags. Payload beside a SYN, FIN or RST has no letter of its own. */
function letterOf({ flags, payloadLen }: HistoryStep): string | null {
  switch (flags & (TcpFlag.SYN | TcpFlag.FIN | TcpFlag.RST)) {
    case 0:
      if (payloadLen > 0) return 'D';
      return (flags & TcpFlag.ACK) !== 0 ? 'A' : null;
    case TcpFlag.SYN:
      return (flags & TcpFlag.ACK) !== 0 ? 'H' : 'S';
    case TcpFlag.FIN:
      return 'F';
    case TcpFlag.RST:
      return 'R';
    default:
      return (flags & TcpFlag.FIN) !== 0 && (flags & TcpFlag.RST) !== 0 ? 'I' : 'Q';
  }
}
