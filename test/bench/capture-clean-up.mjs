/** Programs, namespaces and folders of a run, and how to be rid of them: at its end, after a failure, on Ctrl-C. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** As shells report the end by a signal. */
const SIGNALLED = 128;

export class CleanUp {
  #steps = [];
  #onSignal = (signal) => {
    this.run();
    process.exit(SIGNALLED + constants.signals[signal]);
  };

  constructor() {
    for (const signal of SIGNALS) process.once(signal, this.#onSignal);
  }

  /** step: synchronous, and harmless when nothing is left to do. */
  add(step) {
    this.#steps.push(step);
  }

  /** A program with its output gathered: `said.stdout`, `said.stderr`; `ended` resolves with its exit code, null after a signal. */
  start(command, args) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.add(() => child.kill('SIGKILL'));
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (text) => {
        said[name] += text;
      });
    const ended = new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
      child.once('close', resolve);
    });
    ended.catch(() => undefined);
    return { pid: child.pid, kill: (signal) => child.kill(signal), said, ended };
  }

  /** Last in, first out. */
  run() {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    for (const step of this.#steps.splice(0).reverse()) step();
  }
}
