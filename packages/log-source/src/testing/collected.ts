/** Consumers for tests: every log's lines, committed as they come, and what happened. */
import { Buffer } from 'node:buffer';
import type { FileLogEvents } from '../file-log.ts';
import type { LogConsumer, LogSetEvents, RefusalReason } from '../log-set.ts';
import type { LogSource, SourceLine } from '../source-line.ts';

export interface SeenLine extends Omit<SourceLine, 'bytes'> {
  readonly text: string;
}

export class Collected implements LogSetEvents {
  readonly lines: SeenLine[] = [];
  readonly found: string[] = [];
  readonly vanished: string[] = [];
  readonly refused: (readonly [path: string, reason: RefusalReason])[] = [];
  /** Names of the followers' events, one for each time. */
  readonly happened: string[] = [];

  texts(): readonly string[] {
    return this.lines.map(({ text }) => text);
  }

  logFound(path: string): void {
    this.found.push(path);
  }

  logVanished(path: string): void {
    this.vanished.push(path);
  }

  logRefused(path: string, reason: RefusalReason): void {
    this.refused.push([path, reason]);
  }

  readonly consumer = (): LogConsumer => ({
    events: this.#events(),
    wanted: () => true,
    run: (source) => this.run(source),
  });

  async run(source: LogSource): Promise<void> {
    for await (const batch of source.batches()) {
      for (const { bytes, ...line } of batch.lines) this.lines.push({ ...line, text: Buffer.from(bytes).toString() });
      await batch.commit();
    }
  }

  #events(): FileLogEvents {
    return new Proxy({} as FileLogEvents, {
      get: (_, name: string) => (value: unknown) =>
        this.happened.push(name === 'linesLost' ? `${name} ${value}` : name),
    });
  }
}
