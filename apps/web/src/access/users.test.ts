import { beforeAll, describe, expect, test } from '@jest/globals';
import { ClearError } from '@resetscope/telemetry';
import { hashPassword } from './password.ts';
import { hashToken, newToken } from './token.ts';
import { readUsersFile, Users } from './users.ts';

const PASSWORD = 'correct horse battery staple';

describe('Users', () => {
  let line: string;
  const token = newToken();

  beforeAll(async () => {
    line = `alice:packets,editor:${await hashPassword(PASSWORD)}`;
  });

  test('by name and password, by token, and again by what a session says', async () => {
    const users = new Users(`# people\n${line}\n\n prometheus:metrics:${hashToken(token)}\n`, 'users');
    const alice = await users.withPassword('alice', PASSWORD);
    expect(alice).toMatchObject({ name: 'alice', roles: ['packets', 'editor'] });
    expect(users.withToken(token)).toMatchObject({ name: 'prometheus', roles: ['metrics'] });
    expect(users.signedIn('alice', alice!.fingerprint)).toBe(alice);
  });

  test('nobody else', async () => {
    const users = new Users(`${line}\nprometheus:metrics:${hashToken(token)}`, 'users');
    expect(await users.withPassword('alice', 'correct horse')).toBeNull();
    expect(await users.withPassword('bob', PASSWORD)).toBeNull();
    expect(await users.withPassword('prometheus', token)).toBeNull();
    expect(users.withToken(newToken())).toBeNull();
    expect(users.withToken('')).toBeNull();
  });

  test('another line for the same name ends the sessions of the old one', async () => {
    const before = await new Users(line, 'users').withPassword('alice', PASSWORD);
    const demoted = new Users(line.replace('packets,editor', 'viewer'), 'users');
    expect(demoted.signedIn('alice', before!.fingerprint)).toBeNull();
  });

  test.each([
    { text: '', says: 'users: expected a line per user, got none' },
    { text: '# nobody\n', says: 'a line per user' },
    { text: 'alice', says: 'users:1: expected roles among viewer, packets, editor, metrics' },
    { text: 'al ice:viewer:x', says: 'users:1: expected NAME:ROLES:HASH' },
    { text: '\nalice:viewer:secret', says: 'users:2: expected a hash as --new-user or --new-token prints it' },
    { text: 'alice:root:x', says: 'roles among' },
    { text: 'alice:viewer:x:y', says: 'NAME:ROLES:HASH' },
  ])('$text is refused: $says', ({ text, says }) => {
    const make = (): unknown => new Users(text, 'users');
    expect(make).toThrow(ClearError);
    expect(make).toThrow(says);
    expect(make).not.toThrow('secret');
  });

  test('one password for each name', () => {
    expect(() => new Users(`${line}\n${line}`, 'users')).toThrow('users:2: expected one password for each name');
  });

  test('a file that is not there is a clear failure', async () => {
    await expect(readUsersFile('/nowhere/users')).rejects.toThrow('--users-file /nowhere/users: ENOENT');
  });
});
