/**
 * The logs of a host: those named, and those that patterns find, also later. Each found log is followed with a checkpoint
 * of its own. A log that a pattern no longer finds is let go once all of it has been read and it has been gone for a while.
 */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileCheckpointStore, type Waker } from '@resetscope/follow';
import { ClearError } from '@resetscope/telemetry';
import { CheckpointFolder } from './checkpoint-folder.ts';
import { FileLog, type FileLogEvents } from './file-log.ts';
import type { FormatChoice } from './format-choice.ts';
import { isPattern, matchPattern } from './glob-pattern.ts';
import type { LogSpec } from './log-spec.ts';
import { isRotatedCopy } from './rotated-copy.ts';
import type { LineTest } from './source-line.ts';

/** Why a file that a pattern finds is not followed. A rotated copy is no such file: it is read as part of its log. */
export type RefusalReason =
  /** There are as many logs as allowed. */
  | 'too-many'
  /** A folder, a pipe or a device. */
  | 'not-a-file'
  | 'unreadable'
  /** Its checkpoint cannot be read or saved. */
  | 'no-checkpoint'
  /** A link to a log that is followed under another name. */
  | 'same-file';

export const REFUSAL_REASONS: readonly RefusalReason[] = [
  'too-many',
  'not-a-file',
  'unreadable',
  'no-checkpoint',
  'same-file',
];

export interface LogSetEvents {
  logFound(path: string): void;
  /** It is gone and all of it has been read; its checkpoint is forgotten. */
  logVanished(path: string): void;
  /** Told once for each file and reason; the file is tried again at every look. */
  logRefused(path: string, reason: RefusalReason): void;
}

/** What a consumer gives for each log. */
export interface LogConsumer {
  readonly events: FileLogEvents;
  readonly wanted: LineTest;
  /** When the log is looked at. Default: at every write. */
  readonly waker?: Waker;
  /** Takes the log's batches until it is stopped. */
  run(log: FileLog): Promise<void>;
}

export interface LogSetOptions {
  readonly logs: readonly LogSpec[];
  readonly checkpointDir: string;
  /** Where a log that is there at the first start is begun. One that appears later is always read whole. */
  readonly from: 'beginning' | 'end';
  /** Patterns may find nothing at the start. Logs that are named are waited for in any case. */
  readonly waitForLogs: boolean;
  readonly format: FormatChoice;
  /** Most logs followed at once. */
  readonly maxLogs: number;
  readonly events: LogSetEvents;
  readonly consumer: (path: string) => LogConsumer;
  /** Between two looks at the patterns. Default 1000 ms. */
  readonly lookMs?: number;
  /** How long a log has been gone when it is let go. Default 60000 ms, as with rotated files. */
  readonly vanishMs?: number;
}

/** A log costs an open file, an inotify watch, some 300 KiB of buffers. */
export const DEFAULT_MAX_LOGS = 128;
/** What a person may raise it to. */
export const MAX_LOGS_MAX = 10_000;

const LOOK_MS = 1000;
const VANISH_MS = 60_000;

interface Followed {
  readonly log: FileLog;
  /** Settles when its consumer has ended. */
  readonly running: Promise<void>;
  /** undefined: named, and so never let go. */
  readonly pattern: string | undefined;
  /** Since when the path has been missing, by performance.now(); undefined: it is there. */
  goneSinceMs: number | undefined;
}

export class LogSet {
  readonly #options: LogSetOptions;
  readonly #folder: CheckpointFolder;
  readonly #followed = new Map<string, Followed>();
  readonly #refused = new Map<string, { readonly reason: RefusalReason; readonly pattern: string }>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: LogSetOptions) {
    this.#options = options;
    this.#folder = new CheckpointFolder(options.checkpointDir);
  }

  get logs(): readonly FileLog[] {
    return [...this.#followed.values()].map(({ log }) => log);
  }

  /** Resolves when all logs there are now are followed. @throws ClearError RS_FILE_UNREADABLE */
  async start(): Promise<void> {
    const { logs, from, waitForLogs } = this.#options;
    const named = logs.filter(({ path }) => !isPattern(path));
    const patterns = logs.filter(({ path }) => isPattern(path));
    for (const spec of named) await this.#follow(spec, from, undefined);
    for (const spec of patterns) {
      const isKnown = await this.#folder.knowsPattern(spec.path);
      await this.#look(spec, isKnown ? 'beginning' : from);
      if (!waitForLogs) this.#requireLog(spec.path);
      await this.#folder.rememberPattern(spec.path);
    }
    if (patterns.length > 0) this.#lookLater();
  }

  /** Waits for the consumers, which must end when their logs do. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    const all = [...this.#followed.values()];
    await Promise.all(all.map(({ log }) => log.stop()));
    await Promise.all(all.map(({ running }) => running));
  }

  #requireLog(pattern: string): void {
    if ([...this.#followed.values()].some((one) => one.pattern === pattern)) return;
    const refused = [...this.#refused].find(([, why]) => why.pattern === pattern);
    const got = refused === undefined ? 'none' : `only ${refused[0]} (${refused[1].reason})`;
    throw new ClearError(
      'RS_FILE_UNREADABLE',
      `error log: expected ${pattern} to find a log, got ${got}`,
      'compare with error_log in nginx.conf, or give --wait',
    );
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookAtAll().then(() => this.#lookLater());
    }, this.#options.lookMs ?? LOOK_MS);
  }

  async #lookAtAll(): Promise<void> {
    for (const spec of this.#options.logs) {
      if (isPattern(spec.path) && !this.#isStopped) await this.#look(spec, 'beginning');
    }
    await this.#letGoOfVanished();
  }

  /** Follows what the pattern finds and nobody follows yet. */
  async #look({ path: pattern, timezone }: LogSpec, from: 'beginning' | 'end'): Promise<void> {
    const found = new Set(await matchPattern(pattern));
    for (const [path, why] of this.#refused) {
      if (why.pattern === pattern && !found.has(path)) this.#refused.delete(path);
    }
    for (const path of found) {
      if (this.#isStopped) return;
      if (this.#followed.has(path) || this.#isNoLog(path, found)) continue;
      const reason = (await this.#refusal(path)) ?? (await this.#tryToFollow({ path, timezone }, from, pattern));
      if (reason === 'gone') continue;
      if (reason !== undefined && this.#refused.get(path)?.reason !== reason) {
        this.#options.events.logRefused(path, reason);
      }
      if (reason === undefined) this.#refused.delete(path);
      else this.#refused.set(path, { reason, pattern });
    }
  }

  #isNoLog(path: string, found: ReadonlySet<string>): boolean {
    if (this.#folder.holds(path)) return true;
    const inFolder = (name: string): string => join(dirname(path), name);
    const isLog = (name: string): boolean => found.has(inFolder(name)) || this.#followed.has(inFolder(name));
    return isRotatedCopy(basename(path), isLog);
  }

  async #refusal(path: string): Promise<RefusalReason | 'gone' | undefined> {
    if (this.#followed.size >= this.#options.maxLogs) return 'too-many';
    const file = await inodeOf(path);
    if (typeof file === 'string') return file;
    for (const other of this.#followed.keys()) {
      const inode = await inodeOf(other);
      if (typeof inode !== 'string' && inode.dev === file.dev && inode.ino === file.ino) return 'same-file';
    }
    return undefined;
  }

  async #tryToFollow(found: LogSpec, from: 'beginning' | 'end', pattern: string): Promise<RefusalReason | undefined> {
    try {
      await this.#follow(found, from, pattern);
      return undefined;
    } catch (error) {
      if (error instanceof ClearError) return 'no-checkpoint';
      throw error;
    }
  }

  async #follow(spec: LogSpec, from: 'beginning' | 'end', pattern: string | undefined): Promise<void> {
    const { path, timezone } = spec;
    const { format, consumer, events } = this.#options;
    const { run, wanted, waker, events: logEvents } = consumer(path);
    const checkpoint = new FileCheckpointStore(this.#folder.fileOf(path));
    const log = new FileLog({ path, timezone, checkpoint, from, format, events: logEvents, wanted, waker });
    await log.start().catch((error) => {
      throw this.#folder.unwritable(error);
    });
    events.logFound(path);
    this.#followed.set(path, { log, running: run(log), pattern, goneSinceMs: undefined });
  }

  async #letGoOfVanished(): Promise<void> {
    const { events, vanishMs = VANISH_MS } = this.#options;
    for (const [path, followed] of this.#followed) {
      if (followed.pattern === undefined) continue;
      const isGone = (await inodeOf(path)) === 'gone';
      followed.goneSinceMs = isGone ? (followed.goneSinceMs ?? performance.now()) : undefined;
      const { goneSinceMs, log, running } = followed;
      const isLongGone = goneSinceMs !== undefined && performance.now() - goneSinceMs >= vanishMs;
      if (!isLongGone || (await log.status()).lagBytes > 0) continue;
      await log.stop();
      await running;
      await this.#folder.forget(path);
      this.#followed.delete(path);
      events.logVanished(path);
    }
  }
}

interface Inode {
  readonly dev: number;
  readonly ino: number;
}

/** What lies at a path that a pattern finds. */
async function inodeOf(path: string): Promise<Inode | 'not-a-file' | 'unreadable' | 'gone'> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return 'not-a-file';
    await access(path, constants.R_OK);
    return { dev: stats.dev, ino: stats.ino };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'unreadable';
  }
}
