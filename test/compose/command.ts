/** A program that runs to its end: its standard output, or an error that shows what it said. */
import { execFile } from 'node:child_process';

const MAX_OUTPUT_LEN = 64 << 20;
/** Characters of a failed program's output that are shown. */
const SHOWN_LEN = 4000;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function run(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, maxBuffer: MAX_OUTPUT_LEN }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = `${stdout}${stderr}`.slice(-SHOWN_LEN).trim();
      reject(new Error(`${file} ${args.join(' ')} failed (${error.code ?? error.signal ?? '?'}): ${said}`));
    });
  });
}
