/** What `tail` prints of a line: the line as it stands, or one JSON object. Null: the line is not asked for. */
import { resetJobId } from '@resetscope/jobs';
import type { SourceLine } from '@resetscope/log-source';
import {
  decodeLatin1,
  isResetFamily,
  lineKind,
  type ParsedLine,
  parseErrorLogLine,
  StampClock,
} from '@resetscope/nginx-log';
import { visibleJson } from '@resetscope/report';

export interface LineTextOptions {
  readonly node: string;
  /** Every line, not only those of the reset family. */
  readonly all: boolean;
  readonly ndjson: boolean;
  readonly timezone: string;
}

/** C0 apart from tab, DEL and C1: what a terminal may act on. nginx escapes nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/** One for each log, fed its lines in order: in the hour that daylight saving repeats, order tells which pass is meant. */
export class LineText {
  readonly #options: LineTextOptions;
  readonly #clock: StampClock;

  constructor(options: LineTextOptions) {
    this.#options = options;
    this.#clock = new StampClock(options.timezone);
  }

  /** With its newline. */
  of(line: SourceLine): string | null {
    const parsed = parseErrorLogLine(line.bytes);
    const { all, ndjson } = this.#options;
    if (!all && (parsed.kind !== 'entry' || !isResetFamily(parsed.entry))) return null;
    return ndjson ? this.#json(line, parsed) : `${decodeLatin1(line.bytes).replace(CONTROL, escapeControl)}\n`;
  }

  #json(line: SourceLine, parsed: ParsedLine): string {
    const { node } = this.#options;
    const { file, fileId, offset, readAtUs, bytes, cut } = line;
    const entry = parsed.kind === 'entry' ? parsed.entry : null;
    const record = {
      id: resetJobId({ node, fileId, offset }),
      node,
      file,
      fileId,
      offset,
      readAtUs,
      stampUs: entry === null ? null : this.#clock.toUs(entry.stamp, null),
      kind: entry === null ? parsed.kind : lineKind(entry),
      raw: decodeLatin1(bytes),
      ...(cut === 0 ? {} : { cut }),
      entry,
    };
    return `${visibleJson(record)}\n`;
  }
}

function escapeControl(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
