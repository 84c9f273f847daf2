/** `resetscope web --new-user` and `--new-token` as they are run: the line they print lets somebody in. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '@resetscope/testkit';
import { Users } from '../../apps/web/src/access/users.ts';

const MAIN = join(repositoryRoot(), 'apps', 'web', 'dist', 'main.js');
const PASSWORD = 'correct horse battery staple';

if (!existsSync(MAIN)) console.log('skipped: the apps are not built');
const testHere = existsSync(MAIN) ? test : test.skip;

function web(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { input, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

testHere('a password from standard input', async () => {
  const { code, out, err } = web(['--new-user', 'alice', '--roles', 'packets,editor'], `${PASSWORD}\n`);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^alice:packets,editor:\$scrypt\$ln=15,r=8,p=3\$[^\n]+\n$/);
  expect(await new Users(out, 'out').withPassword('alice', PASSWORD)).toMatchObject({ name: 'alice' });
});

testHere('a token is shown once, beside its line', () => {
  const { code, out, err } = web(['--new-token=prometheus', '--roles=metrics']);
  expect(code).toBe(0);
  const token = /rs_[\w-]{43}/.exec(err)?.[0] ?? '';
  expect(out).not.toContain(token);
  expect(new Users(out, 'out').withToken(token)).toMatchObject({ name: 'prometheus', roles: ['metrics'] });
});

testHere.each([
  {
    args: ['--new-user', 'alice'],
    input: 'short\n',
    says: 'expected a password of 15 characters or more on standard input, got 5',
  },
  { args: ['--new-user', 'alice'], input: '', says: 'got 0' },
  { args: ['--new-user', 'a:b'], input: PASSWORD, says: 'expected a name of letters' },
  {
    args: ['--new-token', 'a', '--roles', 'root'],
    input: '',
    says: 'expected --roles among viewer, packets, editor, metrics, got "root"',
  },
  { args: ['--new-user', 'a', '--password', PASSWORD], input: '', says: "Unknown option '--password'" },
])('$args: $says', ({ args, input, says }) => {
  const { code, out, err } = web(args, input);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(says);
  expect(err.trim().split('\n')).toHaveLength(1);
});
