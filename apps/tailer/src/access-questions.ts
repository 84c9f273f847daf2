/** Which jobs wait for access lines of which key: for a while, and no more than so many. Pure. */
import type { AccessKey } from './access-key.ts';

export interface Question {
  readonly jobId: string;
  readonly keys: readonly AccessKey[];
}

interface Asked extends Question {
  readonly untilMs: number;
}

export interface QuestionLimits {
  readonly max: number;
  readonly maxAgeMs: number;
}

const NOBODY: ReadonlySet<string> = new Set();

export class AccessQuestions {
  /** Questions given up for newer ones, since the start. */
  givenUp = 0;
  readonly #limits: QuestionLimits;
  /** By job, oldest first. */
  readonly #asked = new Map<string, Asked>();
  readonly #byKey = new Map<AccessKey, Set<string>>();

  constructor(limits: QuestionLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#asked.size;
  }

  /** Asked again, a question waits anew. */
  ask(question: Question, nowMs: number): void {
    this.#drop(question.jobId);
    this.forget(nowMs);
    const [oldest] = this.#asked.keys();
    if (oldest !== undefined && this.#asked.size >= this.#limits.max) {
      this.#drop(oldest);
      this.givenUp++;
    }
    this.#asked.set(question.jobId, { ...question, untilMs: nowMs + this.#limits.maxAgeMs });
    for (const key of question.keys) {
      const jobs = this.#byKey.get(key);
      if (jobs === undefined) this.#byKey.set(key, new Set([question.jobId]));
      else jobs.add(question.jobId);
    }
  }

  /** Jobs that wait for a line of this key. */
  of(key: AccessKey): ReadonlySet<string> {
    return this.#byKey.size === 0 ? NOBODY : (this.#byKey.get(key) ?? NOBODY);
  }

  /** Drops what has waited long enough. */
  forget(nowMs: number): void {
    for (const { jobId, untilMs } of this.#asked.values()) {
      if (untilMs > nowMs) return;
      this.#drop(jobId);
    }
  }

  #drop(jobId: string): void {
    const asked = this.#asked.get(jobId);
    if (asked === undefined) return;
    this.#asked.delete(jobId);
    for (const key of asked.keys) {
      const jobs = this.#byKey.get(key);
      jobs?.delete(jobId);
      if (jobs?.size === 0) this.#byKey.delete(key);
    }
  }
}
