/** The keys of the lines of one access log: by the log_format given, or by the well-known one that the first lines fit. */
import { MAX_ACCESS_LINE_LEN } from '@resetscope/jobs';
import { type AccessLogFormat, detectLogFormat } from '@resetscope/nginx-log';
import { type AccessKey, type AccessKeyFinder, accessKeyFinder } from './access-key.ts';

export interface KeyedLine {
  readonly key: AccessKey;
  /** AccessLogFormat.source with its escaping, as compileLogFormat takes it. */
  readonly format: string;
}

/** Lines of an unknown format are tried in all known ones; beyond, one in so many, so that a wrong path costs little. */
const TRIES_AT_ONCE = 1000;
const TRY_EVERY = 100;

export class AccessLinesReader {
  /** Lines that do not fit the format, or are too long to keep, since they were last taken. */
  misfits = 0;
  readonly #isGiven: boolean;
  #format: string | null = null;
  #find: AccessKeyFinder = () => null;
  #tried = 0;

  /** format: null to find it from the lines. */
  constructor(format: AccessLogFormat | null) {
    this.#isGiven = format !== null;
    if (format !== null) this.#use(format);
  }

  /** Null: no line of the format. The bytes are not retained. */
  read(bytes: Uint8Array, start: number, end: number): KeyedLine | null {
    const isKnown = this.#format !== null || this.#detect(bytes.subarray(start, end));
    if (!isKnown || end - start > MAX_ACCESS_LINE_LEN) return this.#misfit();
    const key = this.#find(bytes, start, end);
    return key === null || this.#format === null ? this.#misfit() : { key, format: this.#format };
  }

  #misfit(): null {
    this.misfits++;
    return null;
  }

  #detect(line: Uint8Array): boolean {
    this.#tried++;
    if (this.#isGiven || (this.#tried > TRIES_AT_ONCE && this.#tried % TRY_EVERY !== 0)) return false;
    const found = detectLogFormat([line]);
    if (found !== null) this.#use(found);
    return found !== null;
  }

  #use(format: AccessLogFormat): void {
    this.#format = format.escaping === 'default' ? format.source : `escape=${format.escaping} ${format.source}`;
    this.#find = accessKeyFinder(format);
  }
}
