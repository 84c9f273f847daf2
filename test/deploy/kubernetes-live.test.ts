/** The containers of deploy/kubernetes as processes: with their flags, their rights, and the users of make-secrets.sh in a real Redis. */
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  canCapture,
  freePorts,
  hasProgram,
  makeTempDir,
  type StartedProgram,
  startProgram,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { areAppsBuilt } from '../redis/app-process.ts';
import { allManifests, container, environmentOf, madeSecrets } from './kubernetes-manifests.ts';
import { makePath, type Sidecar, startSidecar } from './sidecar.ts';

/** What `resetscope web --new-user oncall` printed for some password. */
const USERS =
  'oncall:viewer:$scrypt$ln=15,r=8,p=3$TLfUmP5C52YSbvT1eiypPA$5mffBXBiLAXTFhG2U1k+M05wOf6yKLSUM6GW0xW5FX0\n';

/** An app starts in a second; on two busy cores it takes twenty times as long. */
const PATIENCE = { timeoutMs: 60_000 };
const TIMEOUT_MS = 120_000;

const canRun =
  process.getuid?.() === 0 && canCapture() && hasProgram('redis-server') && hasProgram('setpriv') && areAppsBuilt;

describeIf(canRun, 'needs root, setpriv, redis-server and built apps')('containers', () => {
  const secrets = madeSecrets();
  const running: (Sidecar | StartedProgram)[] = [];
  let dir: TempDir;
  let redisPort = 0;
  let opsPort = 0;
  let PATH = '';

  beforeEach(async () => {
    dir = await makeTempDir('resetscope-kubernetes-');
    [redisPort = 0, opsPort = 0] = await freePorts(2);
    PATH = await makePath(dir.path);
    const config = allManifests().find(({ kind }) => kind === 'ConfigMap')?.['data'] as Record<string, string>;
    for (const [name, text] of Object.entries(config)) {
      await writeFile(join(dir.path, name), text.replaceAll('/etc/nginx', dir.path));
    }
    await writeFile(join(dir.path, 'users'), USERS);
  });
  afterEach(async () => {
    for (const program of running.splice(0).reverse()) await program.stop();
    await dir.remove();
  }, TIMEOUT_MS);

  /** The container with places of this host instead of those of its pod. */
  function start(name: string): Sidecar {
    const one = container(name);
    const args = (one.args ?? []).map((arg) =>
      arg
        .replace(/(-listen=).*/, `$1127.0.0.1:${opsPort}`)
        .replace('/etc/nginx', dir.path)
        .replace('/etc/resetscope', dir.path)
        .replace('/logs/', `${dir.path}/`),
    );
    const env = Object.fromEntries(
      Object.entries(environmentOf(one, secrets)).map(([key, value]) => [
        key,
        value.replace(/@(?:redis|ring):6379/, `@127.0.0.1:${redisPort}`),
      ]),
    );
    const checkpoint = { RESETSCOPE_CHECKPOINT_DIR: join(dir.path, 'checkpoint') };
    const sidecar = startSidecar(one, args, { ...env, ...checkpoint, PATH });
    running.push(sidecar);
    return sidecar;
  }

  async function startRedisWithUsers(): Promise<void> {
    const acl = join(dir.path, 'users.acl');
    const secret = secrets.find(({ metadata }) => metadata.name === 'resetscope-redis-acl');
    await writeFile(acl, secret?.['stringData']['users.acl']);
    const args = ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--dir', dir.path, '--save', '', '--aclfile', acl];
    running.push(await startProgram('redis-server', args));
    await waitUntil(() => listens(redisPort), { what: 'redis-server to listen', ...PATIENCE });
  }

  async function answer(path: string): Promise<number> {
    return fetch(`http://127.0.0.1:${opsPort}${path}`).then(
      (response) => response.status,
      () => 0,
    );
  }

  test(
    'capture: without Redis it is started again and again, with it it runs as nobody without capabilities, and SIGTERM ends it',
    async () => {
      const sidecar = start('capture');
      await waitUntil(() => sidecar.said().includes('expected a server at'), { what: 'a start in vain', ...PATIENCE });
      await startRedisWithUsers();
      await waitUntil(async () => (await answer('/readyz')) === 200, { what: 'the capture to be ready', ...PATIENCE });
      const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
      expect(metrics).toMatch(
        /^resetscope_capture_privileges_info\{uid="65534",capabilities="0+",no_new_privs="yes"\} 1$/m,
      );
      expect(await sidecar.stop()).toBe(0);
      expect(await answer('/healthz')).toBe(0);
    },
    TIMEOUT_MS,
  );

  test.each(['tailer', 'correlator', 'web'])(
    '%s: has no right at all, reaches Redis as its user, and answers its probes',
    async (name) => {
      await startRedisWithUsers();
      const sidecar = start(name);
      const { readinessProbe, livenessProbe } = container(name);
      const paths = [readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path ?? '/readyz');
      await waitUntil(async () => (await answer(paths[0] ?? '')) === 200, {
        what: `${name} to be ready`,
        ...PATIENCE,
        failed: sidecar.ended.then((code) => `${code}: ${sidecar.said()}`),
      });
      expect(await Promise.all(paths.map(answer))).toEqual([200, 200]);
      expect(sidecar.said()).not.toMatch(/NOPERM|WRONGPASS/);
      expect(await sidecar.stop()).toBe(0);
    },
    TIMEOUT_MS,
  );
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
