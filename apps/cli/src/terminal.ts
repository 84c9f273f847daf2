/** Where text goes: a terminal that can be redrawn and coloured, or a pipe that gets plain lines. */

/** CSI (ECMA-48 section 5.4). */
const CSI = '\u001b[';

/** Select Graphic Rendition parameters (ECMA-48 section 8.3.117). */
const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

export type Color = keyof typeof COLORS;

/** A terminal is coloured unless NO_COLOR (no-color.org) is set; FORCE_COLOR (force-color.org) decides for pipes too, 0 is off. */
export function wantsColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR'];
}

export class Terminal {
  /** May lines be drawn over again? */
  readonly isTty: boolean;
  readonly #stream: NodeJS.WriteStream;
  readonly #isColored: boolean;

  constructor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.#stream = stream;
    this.isTty = stream.isTTY === true && env['TERM'] !== 'dumb';
    this.#isColored = wantsColor(stream, env);
  }

  /** Characters a line has room for; no limit when not a terminal. */
  get columns(): number {
    return this.isTty ? this.#stream.columns : Number.POSITIVE_INFINITY;
  }

  get rows(): number {
    return this.isTty ? this.#stream.rows : Number.POSITIVE_INFINITY;
  }

  /** The text must hold no control bytes: what comes from outside goes through visibleText first. */
  paint(color: Color, text: string): string {
    return this.#isColored ? `${CSI}${COLORS[color]}m${text}${CSI}0m` : text;
  }

  writeLine(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  /** Replaces the last `drawnCount` lines by these. */
  redraw(drawnCount: number, lines: readonly string[]): void {
    const up = drawnCount === 0 ? '' : `${CSI}${drawnCount}F`;
    this.#stream.write(`${up}${CSI}0J${lines.map((line) => `${line}\n`).join('')}`);
  }

  /** Writes the line that the next writeLine or redraw replaces; nothing when not a terminal. */
  writePending(line: string): void {
    if (this.isTty) this.#stream.write(`${line}${CSI}0K\r`);
  }

  /** Removes what writePending wrote. */
  clearPending(): void {
    if (this.isTty) this.#stream.write(`${CSI}0K`);
  }
}

/** Cuts to the width, the last character being `…`. */
export function cutTo(width: number, text: string): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
