/** One line per step of the set-up, with a tick when it is done. */
import type { Terminal } from '../terminal.ts';

export class Progress {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  done(text: string): void {
    this.#terminal.writeLine(`  ${this.#terminal.paint('green', '✓')} ${text}`);
  }

  /** Runs the step; `detail` of its result is added to the line. */
  async step<T>(label: string, run: () => Promise<T>, detail: (result: T) => string = () => ''): Promise<T> {
    const terminal = this.#terminal;
    terminal.writePending(`  … ${label}`);
    try {
      const result = await run();
      terminal.clearPending();
      this.done(`${label}${detail(result)}`);
      return result;
    } catch (error) {
      terminal.clearPending();
      terminal.writeLine(`  ${terminal.paint('red', '✗')} ${label}`);
      throw error;
    }
  }
}
