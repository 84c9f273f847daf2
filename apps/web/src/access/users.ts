/**
 * Who may come in. One line each, `NAME:ROLES:HASH`, with `#` comments; a hash is of a password (password.ts) or of a token
 * (token.ts). A name may have several lines: a password and tokens, each with roles of its own.
 */
import { readFile } from 'node:fs/promises';
import { ClearError } from '@resetscope/telemetry';
import { isPassword, NO_PASSWORD, type PasswordHash, parsePasswordHash } from './password.ts';
import { parseRoles, ROLES, type Role } from './right.ts';
import { digest, parseTokenHash } from './token.ts';

export interface User {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Of the line: a session ends with the password it was opened with. */
  readonly fingerprint: string;
}

/** Safe in a log, a header and a page. */
const USER_NAME = /^[\w.@-]{1,64}$/;

export function isUserName(text: string): boolean {
  return USER_NAME.test(text);
}

export class Users {
  readonly #byName = new Map<string, { readonly user: User; readonly password: PasswordHash }>();
  readonly #byToken = new Map<string, User>();

  /** where: for messages. @throws ClearError RS_USAGE with the number of the line, never its text: it is a secret. */
  constructor(text: string, where: string) {
    text.split('\n').forEach((line, at) => {
      const content = line.trim();
      if (content !== '' && !content.startsWith('#')) this.#add(content, `${where}:${at + 1}`);
    });
    if (this.#byName.size + this.#byToken.size === 0) throw usersError(where, 'a line per user, got none');
  }

  #add(line: string, where: string): void {
    const [name = '', roleNames = '', hash = '', ...rest] = line.split(':');
    const roles = parseRoles(roleNames);
    if (!isUserName(name) || rest.length > 0) throw usersError(where, 'NAME:ROLES:HASH');
    if (roles === null) throw usersError(where, `roles among ${ROLES.join(', ')} after the name`);
    const user = { name, roles, fingerprint: digest(line) };
    const token = parseTokenHash(hash);
    const password = parsePasswordHash(hash);
    if (token !== null) this.#byToken.set(token, user);
    else if (password === null) throw usersError(where, 'a hash as --new-user or --new-token prints it');
    else if (this.#byName.has(name)) throw usersError(where, 'one password for each name, got a second one');
    else this.#byName.set(name, { user, password });
  }

  /** null: no such name, or not its password; both take the same time. */
  async withPassword(name: string, password: string): Promise<User | null> {
    const known = this.#byName.get(name);
    const isRight = await isPassword(password, known?.password ?? NO_PASSWORD);
    return known !== undefined && isRight ? known.user : null;
  }

  withToken(token: string): User | null {
    return this.#byToken.get(digest(token)) ?? null;
  }

  /** Who has signed in before with the password of that fingerprint. */
  signedIn(name: string, fingerprint: string): User | null {
    const user = this.#byName.get(name)?.user;
    return user?.fingerprint === fingerprint ? user : null;
  }
}

/** @throws ClearError RS_FILE_UNREADABLE */
export async function readUsersFile(path: string): Promise<Users> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const fix = 'check the path and its permissions';
    throw new ClearError('RS_FILE_UNREADABLE', `--users-file ${path}: ${(error as Error).message}`, fix, error);
  }
  return new Users(text, path);
}

function usersError(where: string, expected: string): ClearError {
  return new ClearError('RS_USAGE', `${where}: expected ${expected}`, 'see resetscope web --help');
}
