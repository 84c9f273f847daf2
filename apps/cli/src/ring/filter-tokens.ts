/** The words and signs of a packet filter, each with its position for the message when it is not what was expected. */
import { ClearError } from '@resetscope/telemetry/clear-error';

interface Token {
  readonly text: string;
  /** Of its first character, from 0. */
  readonly at: number;
}

/** The longest sign first; a word takes addresses and networks whole. */
const TOKEN = /tcp\[tcpflags\]|&&|\|\||!=|==|[()&|!=]|[\w.:/-]+|\S/giu;

export class FilterTokens {
  private readonly tokens: readonly Token[];
  private readonly length: number;
  private index = 0;

  constructor(text: string) {
    this.tokens = [...text.matchAll(TOKEN)].map((match) => ({ text: match[0].toLowerCase(), at: match.index }));
    this.length = text.length;
  }

  /** Empty at the end. */
  peek(): string {
    return this.tokens[this.index]?.text ?? '';
  }

  next(): void {
    this.index++;
  }

  /** Takes the token if it is this one. */
  take(text: string): boolean {
    const isThere = this.peek() === text;
    if (isThere) this.index++;
    return isThere;
  }

  /** For what stands here instead of `expected`. */
  unexpected(expected: string): ClearError {
    const { text, at } = this.tokens[this.index] ?? { text: '', at: this.length };
    const got = text === '' ? 'the end' : JSON.stringify(text);
    const message = `--filter: expected ${expected} at position ${at + 1}, got ${got}`;
    return new ClearError('RS_USAGE', message, 'see resetscope ring --help');
  }
}
