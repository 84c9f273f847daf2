/**
 * The life of a process: start, say that it is ready, stop on a signal, fail clearly. The supervisor (`resetscope up`)
 * talks to its apps over Node's IPC channel; an app whose supervisor has gone stops by itself.
 */
import { ClearError, describeFailure, ExitCode } from './clear-error.ts';

/** What an app tells its supervisor once it works. */
export interface ReadyMessage {
  readonly kind: 'ready';
  readonly app: string;
  /** Address of /metrics and /healthz, `host:port`. */
  readonly ops: string;
  /** Address of the page, web only, `http://host:port`. */
  readonly url?: string;
}

export interface FailedMessage {
  readonly kind: 'failed';
  readonly app: string;
  readonly message: string;
}

export type AppMessage = ReadyMessage | FailedMessage;

export interface RunningApp {
  readonly ready: Omit<ReadyMessage, 'kind' | 'app'>;
  /** Called once, on SIGTERM, SIGINT or a vanished supervisor. */
  stop(): Promise<void>;
}

/** An orderly stop may wait for a Redis that is gone for good; a supervisor kills after ten seconds (systemd: 90). */
const STOP_TIMEOUT_MS = 5000;

function tellSupervisor(message: AppMessage): void {
  if (process.send !== undefined && process.connected) process.send(message);
}

/** Starts an app and keeps it until a signal; prints one clear line and exits when it cannot start. */
export async function runApp(name: string, start: () => Promise<RunningApp>): Promise<void> {
  const program = `resetscope ${name}`;
  const fail = (error: unknown): never => {
    const message = describeFailure(program, error);
    tellSupervisor({ kind: 'failed', app: name, message });
    console.error(message);
    process.exit(error instanceof ClearError ? error.exitCode : ExitCode.failed);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  let running: RunningApp | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(ExitCode.failed), STOP_TIMEOUT_MS).unref();
    Promise.resolve(running?.stop()).then(() => process.exit(ExitCode.ok), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  try {
    running = await start();
    tellSupervisor({ kind: 'ready', app: name, ...running.ready });
  } catch (error) {
    fail(error);
  }
}
