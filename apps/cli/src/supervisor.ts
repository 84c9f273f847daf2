/**
 * Apps as child processes over Node's IPC channel: wait for their `ready`, end everything when one of them ends, stop
 * them in order. An app whose supervisor was killed notices the closed channel and stops by itself (telemetry's runApp).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type AppMessage, ClearError, ExitCode, type ReadyMessage } from '@resetscope/telemetry';
import { type AppName, appMain } from './apps.ts';

/** An app that did not stop on SIGTERM is killed after this long. */
const STOP_TIMEOUT_MS = 10_000;

/** Stopped from first to last: the tailer stops making work before the others stop doing it. */
const STOP_ORDER: readonly AppName[] = ['tailer', 'capture', 'correlator', 'web'];

export interface SupervisorOptions {
  /** Receives each line that an app writes to stderr: its log. */
  readonly onLogLine: (name: AppName, line: string) => void;
  /** Entry file of an app; default the installed one. */
  readonly mainOf?: (name: AppName) => string;
  readonly env?: NodeJS.ProcessEnv;
}

interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<void>;
}

export class Supervisor {
  /** Settles (never rejects) with the failure of the first app that ended without being asked to. */
  readonly failed: Promise<ClearError>;
  readonly #children = new Map<AppName, Child>();
  readonly #options: SupervisorOptions;
  #reportFailure: (error: ClearError) => void = () => undefined;
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.failed = new Promise((resolve) => {
      this.#reportFailure = resolve;
    });
  }

  /** env: besides ours. Resolves when the app says that it works; rejects with the app's own line when it cannot start. */
  start(name: AppName, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ReadyMessage> {
    const child = fork((this.#options.mainOf ?? appMain)(name), [...argv], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C of the terminal reaches the supervisor alone, which stops the apps in order.
      detached: true,
      env: { ...(this.#options.env ?? process.env), ...env },
    });
    const clearLine = this.#forwardLog(name, child);
    const exited = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('close', () => resolve());
    });
    this.#children.set(name, { process: child, exited });
    return new Promise((resolve, reject) => {
      let failedMessage: string | undefined;
      child.on('message', (message: AppMessage) => {
        if (message.kind === 'ready') resolve(message);
        else failedMessage = message.message;
      });
      void exited.then(() => {
        if (this.#stopping) return reject(new ClearError('RS_APP_FAILED', `${name} was stopped while it started`));
        const error = appFailure(name, child, failedMessage ?? clearLine());
        this.#reportFailure(error);
        reject(error);
      });
    });
  }

  /** Resolves when every app is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const name of STOP_ORDER) {
      const child = this.#children.get(name);
      if (child !== undefined) await stopChild(child);
    }
  }

  /** Passes log lines on. The app's own clear line is kept back, because whoever catches the failure prints it. */
  #forwardLog(name: AppName, child: ChildProcess): () => string | undefined {
    let clearLine: string | undefined;
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (line.startsWith(`resetscope ${name}: `)) clearLine = line;
        else this.#options.onLogLine(name, line);
      });
    }
    return () => clearLine;
  }
}

/** The app's own words, or how it ended when it left none. */
function appFailure(name: AppName, child: ChildProcess, words: string | undefined): ClearError {
  const end = child.signalCode === null ? `code ${child.exitCode}` : child.signalCode;
  const text = words?.replace(/^resetscope /, '') ?? `${name}: ended with ${end} and said nothing`;
  return new ClearError(child.exitCode === ExitCode.usage ? 'RS_USAGE' : 'RS_APP_FAILED', text);
}

async function stopChild(child: Child): Promise<void> {
  if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill('SIGTERM');
  const kill = setTimeout(() => child.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await child.exited;
  clearTimeout(kill);
}
