/** What happens to the logs of `tail`, told on standard error: once for each trouble, until it is over. */
import type { LossReason } from '@resetscope/follow';
import type { DatagramResult, FileLogEvents, LogSetEvents, RefusalReason } from '@resetscope/log-source';

export class TailNews implements FileLogEvents, LogSetEvents {
  readonly #write: (line: string) => void;
  readonly #troubles = new Set<string>();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  logFound(path: string): void {
    this.#write(`following ${path}`);
  }

  logVanished(path: string): void {
    this.#write(`${path} is gone, and all of it was read`);
  }

  logRefused(path: string, reason: RefusalReason): void {
    this.#write(`${path} is not followed: ${reason}`);
  }

  linesLost(reason: LossReason): void {
    this.#write(`lines of an error log may have been lost: ${reason}`);
  }

  checkpointDamaged(setAsideAs: string): void {
    this.#write(`a checkpoint was damaged and is now ${setAsideAs}; starting over`);
  }

  readFailed(error: unknown): void {
    this.#begins('read', `cannot read an error log, trying again: ${describe(error)}`);
  }

  bytesRead(): void {
    this.#troubles.delete('read');
  }

  checkpointFailed(error: unknown): void {
    this.#begins('checkpoint', `cannot save a checkpoint, a restart would repeat lines: ${describe(error)}`);
  }

  checkpointSaved(): void {
    this.#troubles.delete('checkpoint');
  }

  watchFailed(error: unknown): void {
    this.#begins('watch', `no file notifications, polling instead: ${describe(error)}`);
  }

  recordBroken(): void {
    this.#begins('record', "a line of a container's log is no record and was left out");
  }

  /** Datagrams that are no lines of nginx are told once. */
  datagramReceived(result: DatagramResult): void {
    if (result === 'dropped') this.#begins('dropped', 'syslog lines are dropped: standard output takes none');
    else if (result === 'line') this.#troubles.delete('dropped');
    else this.#begins('datagram', `a syslog datagram was left out: ${result}`);
  }

  /** Not news: what every log does. */
  fileOpened(): void {}
  fileRotated(): void {}
  fileTruncated(): void {}
  lineCut(): void {}
  nulSkipped(): void {}

  #begins(trouble: string, line: string): void {
    if (!this.#troubles.has(trouble)) this.#write(line);
    this.#troubles.add(trouble);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
