/** TLS, a client certificate, passwords from files, and for each app a user with the rights that docs/redis.md lists and no other. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectRedis, type RedisClient } from '@resetscope/telemetry';
import {
  canCapture,
  hasProgram,
  makeTempDir,
  startTlsRedis,
  type TempDir,
  type TlsRedis,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { areAppsBuilt } from './app-process.ts';
import { documentedUsers } from './documented-users.ts';
import { LiveStack, NEEDS } from './live-stack.ts';

const canRun = hasProgram('redis-server') && hasProgram('openssl') && canCapture() && areAppsBuilt;
const PASSWORD = 'p@ss/w%rd';
const PAGES = ['/', '/now', '/incidents', '/api/incidents', '/api/groups', '/metrics'];

/** What Redis refused: `user: reason object`. */
async function denied(admin: RedisClient): Promise<readonly string[]> {
  const log = (await admin.acl('LOG')) as unknown as readonly (readonly unknown[])[];
  return log.map((entry) => {
    const field = (name: string): unknown => entry[entry.indexOf(name) + 1];
    return `${field('username')}: ${field('reason')} ${field('object')}`;
  });
}

describeIf(canRun, `${NEEDS}, openssl`)('TLS and users with few rights', () => {
  let server: TlsRedis;
  let dir: TempDir;
  let admin: RedisClient;
  let stack: LiveStack;
  beforeAll(async () => {
    server = await startTlsRedis();
    dir = await makeTempDir('resetscope-acl-');
    const passwordFile = join(dir.path, 'password');
    await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    admin = await connectRedis(server);
    for (const user of documentedUsers(PASSWORD)) await admin.call('ACL', ...user);
    const files = ['--redis-password-file', passwordFile, '--redis-ca', server.caFile];
    const own = ['--redis-cert', server.certFile, '--redis-key', server.keyFile];
    stack = await LiveStack.start('web-1', (name) => ({
      args: ['--redis', server.url.replace('//', `//resetscope-${name}@`), ...files, ...own],
    }));
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    admin?.disconnect();
    await server?.stop();
    await dir?.remove();
  });

  test('everything works, nothing is refused, and no password can be seen', async () => {
    await stack.resets(5);
    const [incident] = await stack.expectEachOnce();
    const pages = [...PAGES, `/incidents/${incident?.id}`, `/incidents/${incident?.id}/evidence.pcapng`];
    for (const page of pages)
      expect([page, (await fetch(`http://${stack.apps.web.ops}${page}`)).status]).toEqual([page, 200]);
    const { correlator } = stack.apps;
    await waitUntil(async () => (await correlator.metric('resetscope_jobs_total', 'result="done"')) >= 5, {
      what: 'second looks',
    });
    await waitUntil(async () => (await correlator.metric('resetscope_accepted_lines')) === 5, {
      what: 'the ledger of lines',
      timeoutMs: 40_000,
    });
    expect(await denied(admin)).toEqual([]);
    for (const { pid, log } of Object.values(stack.apps)) {
      expect(`${readFileSync(`/proc/${pid}/cmdline`, 'latin1')} ${log}`).not.toContain(PASSWORD);
    }
  }, 90_000);
});
