/** The command line: finds the command, prints help, turns a failure into one line and an exit code. */
import { readFileSync } from 'node:fs';
import { ClearError, describeFailure, ExitCode } from '@resetscope/telemetry/clear-error';
import { notWritten } from './analyze/not-written.ts';
import { isAppName } from './apps.ts';
import { COMMANDS, DEMO_HELP, DOCTOR_HELP, MAIN_HELP, UP_HELP } from './help.ts';

interface Command {
  /** undefined: the command prints its own. */
  readonly help: string | undefined;
  /** Loaded on demand, so that `analyze` does not wait for code it does not use. Resolves with the exit code. */
  readonly run: (argv: readonly string[]) => Promise<number>;
}

const COMMAND_TABLE: Readonly<Record<string, Command>> = {
  analyze: { help: undefined, run: async (argv) => (await import('./analyze.ts')).runAnalyze(argv) },
  flows: { help: undefined, run: async (argv) => (await import('./flows.ts')).runFlows(argv) },
  jobs: { help: undefined, run: async (argv) => (await import('./jobs.ts')).runJobs(argv) },
  ring: { help: undefined, run: async (argv) => (await import('./ring.ts')).runRing(argv) },
  tail: { help: undefined, run: async (argv) => (await import('./tail.ts')).runTail(argv) },
  up: { help: UP_HELP, run: async (argv) => (await import('./up.ts')).runUp(argv) },
  demo: { help: DEMO_HELP, run: async (argv) => (await import('./demo.ts')).runDemo(argv) },
  doctor: { help: DOCTOR_HELP, run: async (argv) => (await import('./doctor.ts')).runDoctor(argv) },
};

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function wantsHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h');
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    process.stderr.write(MAIN_HELP);
    return ExitCode.usage;
  }
  if (name === 'help' && rest[0] !== undefined) return dispatch([rest[0], '--help']);
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(MAIN_HELP);
    return ExitCode.ok;
  }
  if (name === '--version' || name === '-V') {
    console.log(version());
    return ExitCode.ok;
  }
  if (isAppName(name)) return (await import('./single-app.ts')).runSingleApp(name, rest);
  const command = Object.hasOwn(COMMAND_TABLE, name) ? COMMAND_TABLE[name] : undefined;
  if (command === undefined) {
    const message = `expected a command, one of ${COMMANDS.join(', ')}, got ${JSON.stringify(name)}`;
    throw new ClearError('RS_USAGE', message, 'see resetscope --help');
  }
  if (command.help !== undefined && wantsHelp(rest)) {
    process.stdout.write(command.help);
    return ExitCode.ok;
  }
  return command.run(rest);
}

/** `resetscope up`, for the start of an error line. */
function programName(argv: readonly string[]): string {
  const command = COMMANDS.find((name) => name === argv[0]);
  return command === undefined ? 'resetscope' : `resetscope ${command}`;
}

function exitWhenWritten(code: number): void {
  process.stdout.write('', (error) => {
    if (error == null) process.exit(code); // otherwise the error event tells
  });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `resetscope ... | head`: nobody reads on.
  if (error.code === 'EPIPE') process.exit(ExitCode.ok);
  const failure = notWritten('standard output', error, 'write to a place with room');
  console.error(describeFailure(programName(argv), failure));
  process.exit(failure.exitCode);
});

const argv = process.argv.slice(2);
dispatch(argv).then(exitWhenWritten, (error: unknown) => {
  console.error(describeFailure(programName(argv), error));
  exitWhenWritten(error instanceof ClearError ? error.exitCode : ExitCode.failed);
});
