/** Waiting for the outside world: ask again every few milliseconds until yes, a failure, or a deadline. */
import { setTimeout as delay } from 'node:timers/promises';

/** Pause between two questions. */
const ASK_EVERY_MS = 10;

export interface WaitOptions {
  /** For the message: `redis-server to answer`. */
  readonly what: string;
  /** Default 20 s: on two busy cores a program takes seconds to start. */
  readonly timeoutMs?: number;
  /** When this settles first, the wait fails with its text: the end of the program waited for. */
  readonly failed?: Promise<string>;
}

/** Resolves once `ask` says yes; throws after the deadline or when `failed` settles. */
export async function waitUntil(ask: () => boolean | Promise<boolean>, options: WaitOptions): Promise<void> {
  const timeoutMs = options.timeoutMs ?? 20_000;
  const deadlineMs = performance.now() + timeoutMs;
  let failure: string | null = null;
  void options.failed?.then((text) => {
    failure = text;
  });
  while (!(await ask())) {
    if (failure !== null) throw new Error(failure);
    if (performance.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms for ${options.what}`);
    await delay(ASK_EVERY_MS);
  }
}
