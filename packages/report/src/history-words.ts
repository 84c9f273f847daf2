/** Zeek's history string letter by letter (packages/flow, history.ts). */
import type { Leg } from '@resetscope/diagnosis';

export interface HistoryLetter {
  readonly letter: string;
  readonly text: string;
}

const LETTER_WORDS: Readonly<Record<string, string>> = {
  S: 'SYN',
  H: 'SYN+ACK',
  A: 'pure ACK',
  D: 'data',
  F: 'FIN',
  R: 'RST',
  Q: 'several of SYN, FIN and RST in one packet',
  I: 'FIN with RST',
  T: 'retransmission',
  W: 'window closed (zero)',
  G: 'gap: bytes that the capture does not have',
  C: 'bad checksum',
};

/** Each letter of the history once, in its order. Upper case is the end that opened the connection. */
export function historyLetters(history: string, leg: Leg | null): readonly HistoryLetter[] {
  const [originator, responder] =
    leg === null ? ['originator', 'responder'] : leg === 'client' ? ['client', 'nginx'] : ['nginx', 'upstream'];
  return [...new Set(history)].flatMap((letter) => {
    if (letter === '^')
      return [{ letter, text: 'the connection is read the other way round: its first packet came from the responder' }];
    const words = LETTER_WORDS[letter.toUpperCase()];
    if (words === undefined) return [];
    return [{ letter, text: `${letter === letter.toUpperCase() ? originator : responder}: ${words}` }];
  });
}
