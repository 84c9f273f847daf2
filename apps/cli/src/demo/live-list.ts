/** The list of incidents on the screen, newest first and redrawn; on a pipe, one line per incident as it comes. */
import type { StoredIncident } from '@resetscope/incidents';
import { cutTo, type Terminal } from '../terminal.ts';
import { incidentLine } from './incident-line.ts';

const REDRAW_EVERY_MS = 250;

/** Lines of the screen left to what was printed before, and to the status. */
const RESERVED_ROWS = 6;

/** On a pipe the status line is repeated this often. */
const STATUS_EVERY_MS = 5000;

export class LiveList {
  readonly #terminal: Terminal;
  readonly #status: () => string;
  readonly #timer: NodeJS.Timeout;
  /** By id, oldest first; no more than the screen shows. */
  readonly #shown = new Map<string, StoredIncident>();
  #drawnCount = 0;

  /** status: the line above the list, asked for at each redraw. */
  constructor(terminal: Terminal, status: () => string) {
    this.#terminal = terminal;
    this.#status = status;
    this.#timer = setInterval(() => this.#refresh(), terminal.isTty ? REDRAW_EVERY_MS : STATUS_EVERY_MS);
  }

  /** A new incident, or a changed verdict of one already shown. */
  show(stored: StoredIncident): void {
    const before = this.#shown.get(stored.id);
    this.#shown.set(stored.id, stored);
    const oldest = this.#shown.keys().next();
    if (this.#shown.size > this.#capacity() && !oldest.done) this.#shown.delete(oldest.value);
    if (!this.#terminal.isTty && before?.incident.sentence !== stored.incident.sentence) {
      this.#terminal.writeLine(incidentLine(stored, this.#terminal));
    }
  }

  /** Leaves the last drawing on the screen. Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#terminal.isTty && this.#drawnCount > 0) this.#refresh();
    this.#drawnCount = 0;
  }

  #capacity(): number {
    return this.#terminal.isTty ? Math.max(1, this.#terminal.rows - RESERVED_ROWS) : 1000;
  }

  #refresh(): void {
    const status = cutTo(this.#terminal.columns - 1, this.#status());
    if (this.#terminal.isTty) this.#redraw(status);
    else this.#terminal.writeLine(status);
  }

  #redraw(status: string): void {
    const newestFirst = [...this.#shown.values()].reverse().slice(0, this.#capacity());
    const lines = [
      '',
      this.#terminal.paint('bold', status),
      ...newestFirst.map((one) => incidentLine(one, this.#terminal)),
    ];
    this.#terminal.redraw(this.#drawnCount, lines);
    this.#drawnCount = lines.length;
  }
}
