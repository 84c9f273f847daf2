/** `--new-user` and `--new-token`: a line for the users file. Secrets come from standard input or are made here, never from a flag. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ClearError, parseFlags } from '@resetscope/telemetry';
import { hashPassword } from './password.ts';
import { parseRoles, ROLES } from './right.ts';
import { hashToken, newToken } from './token.ts';
import { isUserName } from './users.ts';

/** NIST SP 800-63B-4 section 3.1.1.2: where a password is all there is. */
const MIN_PASSWORD_LEN = 15;

const FLAGS = { 'new-user': { type: 'string' }, 'new-token': { type: 'string' }, roles: { type: 'string' } } as const;

export function asksForUser(args: readonly string[]): boolean {
  return args.some((arg) => /^--new-(?:user|token)(?:=|$)/.test(arg));
}

/** Prints the line. @throws ClearError */
export async function makeUser(args: readonly string[]): Promise<void> {
  const flags = parseFlags(args, FLAGS, 'see resetscope web --help');
  const name = flags['new-user'] ?? flags['new-token'] ?? '';
  const roles = flags.roles ?? 'viewer';
  if (!isUserName(name)) throw usageError('a name of letters, digits and . _ @ -', name);
  if (parseRoles(roles) === null) throw usageError(`--roles among ${ROLES.join(', ')}`, roles);
  const hash = flags['new-user'] === undefined ? tokenHash() : await hashPassword(await readPassword());
  process.stdout.write(`${name}:${roles}:${hash}\n`);
}

function tokenHash(): string {
  const token = newToken();
  process.stderr.write(`the token, shown this once: ${token}\n`);
  return hashToken(token);
}

/** A terminal does not show it. */
async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const isTerminal = process.stdin.isTTY === true;
  if (isTerminal) process.stderr.write('password: ');
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  const password = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
  });
  lines.close();
  if (isTerminal) process.stderr.write('\n');
  if (password.length >= MIN_PASSWORD_LEN) return password;
  const message = `expected a password of ${MIN_PASSWORD_LEN} characters or more on standard input, got ${password.length}`;
  throw new ClearError('RS_USAGE', message, 'several words do well');
}

function usageError(expected: string, got: string): ClearError {
  return new ClearError('RS_USAGE', `expected ${expected}, got ${JSON.stringify(got)}`, 'see resetscope web --help');
}
