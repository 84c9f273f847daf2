/**
 * One capture file of evidence as it is written: under a hidden name until it is whole, so that a failure leaves neither
 * half a file nor an old one damaged, and so that a link of that name is replaced, never followed.
 */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EvidencePcapng } from '@resetscope/report';
import type { CapturedFrame } from '@resetscope/wire';

/** Owner only: packets hold secrets. */
const PRIVATE_MODE = 0o600;

export class EvidenceFile {
  readonly #path: string;
  readonly #partialPath: string;
  readonly #capture: EvidencePcapng;
  #waiting: Uint8Array[] = [];

  /** notes: frame.number -> comment of that packet. @throws what node:fs throws, here and below. */
  constructor(folder: string, name: string, notes: ReadonlyMap<number, string>, sentence: string) {
    this.#path = join(folder, name);
    this.#partialPath = join(folder, `.${name}.partial`);
    this.#capture = new EvidencePcapng(notes);
    rmSync(this.#partialPath, { force: true });
    closeSync(openSync(this.#partialPath, 'wx', PRIVATE_MODE));
    this.#waiting.push(this.#capture.head(sentence));
  }

  add(frame: CapturedFrame): void {
    this.#waiting.push(...this.#capture.frame(frame));
  }

  /** Writes what has been added. The file is open only here: there may be more of them than descriptors. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const descriptor = openSync(this.#partialPath, 'a');
    try {
      for (const block of this.#waiting) writeAll(descriptor, block);
    } finally {
      closeSync(descriptor);
    }
    this.#waiting = [];
  }

  finish(): void {
    this.flush();
    renameSync(this.#partialPath, this.#path);
  }

  abandon(): void {
    rmSync(this.#partialPath, { force: true });
  }
}

/** A full disk first writes a part. */
function writeAll(descriptor: number, block: Uint8Array): void {
  for (let at = 0; at < block.length; ) at += writeSync(descriptor, block, at);
}
