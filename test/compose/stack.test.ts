/**
 * docker-compose.yml as a user starts it: brought up, driven by its demo, each container killed, taken down. The tests belong
 * together and run in this order. `npm run test:compose` gives them Docker.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StoredIncident } from '@resetscope/incidents';
import { describeIf } from '@resetscope/testkit/jest';
import { run } from './command.ts';
import { DockerDaemon } from './docker-daemon.ts';
import { LogKeeper } from './log-keeper.ts';
import { newestIncidents, PAGE_URL, queryPrometheus } from './published.ts';
import { eventually, Stack } from './stack.ts';

const DIR = process.env['RESETSCOPE_COMPOSE_DIR'];

const UP_TIMEOUT_MS = 180_000;
/** The health check of the capture looks every 10 s, and a container that dies soon again is started later each time. */
const HEAL_TIMEOUT_MS = 120_000;
/** So that logs are rotated while the test runs. */
const LOG_BYTES = 300_000;
/** Two scrapes, two evaluations, and what an alert waits before it fires. */
const ALERT_TIMEOUT_MS = 240_000;
/** Lines of jobs whose worker was killed come back after 15 s; a capture that is away is waited for. */
const SETTLE_TIMEOUT_MS = 120_000;

/** What is to be said of each episode of deploy/demo/clients.mjs, by the first part of its path. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ['pay', 'client-rst-after-complete'],
  ['reports', 'client-timeout-abort'],
  ['orders', 'upstream-abort-linger0'],
  ['uploads', 'client-abort-in-request'],
  ['catalog', 'client-rst-after-complete'],
  ['quotes', 'upstream-rst-mid-headers'],
  ['media', 'client-close-unread-mid-response'],
  ['invoices', 'upstream-rst-mid-body'],
  ['legacy', 'upstream-port-closed'],
]);

/** nginx comes last: it takes the network of the capture with it. */
const VICTIMS = ['tailer', 'capture', 'correlator', 'web', 'redis', 'ring', 'prometheus', 'nginx'];
const CONFINED = ['tailer', 'capture', 'correlator', 'web', 'redis', 'ring', 'prometheus'];

function episodeOf({ incident }: StoredIncident): string {
  return /\/([a-z]+)\/\d+/.exec(`${incident.line.raw} ${incident.sentence}`)?.[1] ?? '';
}

describeIf(DIR !== undefined, 'the compose stack is started by npm run test:compose')('the compose stack', () => {
  let daemon: DockerDaemon;
  let stack: Stack;
  let logs: LogKeeper;
  const dir = DIR ?? '';

  beforeAll(async () => {
    daemon = await DockerDaemon.start(dir, { networks: true });
    stack = new Stack(daemon, { NGINX_LOG_BYTES: String(LOG_BYTES) });
    const services = await stack.services({ demo: true });
    await stack.start(services);
    await Promise.all(services.map((service) => stack.untilHealthy(service)));
    logs = new LogKeeper(await stack.volumeDir('nginx-logs'));
    await logs.keep();
  }, UP_TIMEOUT_MS);

  afterAll(async () => {
    await logs.close();
    await stack.down();
    await daemon.stop();
  }, UP_TIMEOUT_MS);

  test('every kind of reset becomes an incident with the right cause', async () => {
    const right = new Set<string>();
    const allRight = async () => {
      for (const stored of (await newestIncidents()).incidents) {
        const episode = episodeOf(stored);
        if (stored.incident.cause === CAUSES.get(episode)) right.add(episode);
      }
      return right.size === CAUSES.size;
    };
    await eventually('each kind', allRight, 60_000).catch(() => undefined);
    expect([...right].sort()).toEqual([...CAUSES.keys()].sort());
  }, 90_000);

  test('the evidence opens in tshark, with the reset in it', async () => {
    const stored = (await newestIncidents()).incidents.find(({ incident }) => incident.status === 'matched');
    const response = await fetch(`${PAGE_URL}/incidents/${stored?.id}/evidence.pcapng`);
    const file = join(dir, 'evidence.pcapng');
    await writeFile(file, new Uint8Array(await response.arrayBuffer()));
    const fields = ['-T', 'fields', '-e', 'tcp.flags.reset', '-e', 'frame.comment'];
    const packets = (await run('tshark', ['-r', file, ...fields])).trim().split('\n');
    await rm(file);
    expect(packets.filter((line) => /^(?:1|True)\t/.test(line)).length).toBeGreaterThan(0);
    expect(packets.some((line) => /\t./.test(line))).toBe(true);
  });

  test('Prometheus scrapes every app', async () => {
    const jobs = ['capture', 'correlator', 'prometheus', 'tailer', 'web'];
    const upJobs = async () => (await queryPrometheus('up == 1')).map(({ metric }) => metric['job'] ?? '').sort();
    await eventually('five targets', async () => (await upJobs()).join() === jobs.join(), 90_000).catch(
      () => undefined,
    );
    expect(await upJobs()).toEqual(jobs);
  }, 120_000);

  test('the capture has no rights left, the others never had any', async () => {
    const status = await Promise.all(CONFINED.map((service) => confinement(service)));
    const none = { effective: 0n, permitted: 0n, noNewPrivileges: true, isRoot: false, filtered: true };
    expect(Object.fromEntries(status)).toEqual(Object.fromEntries(CONFINED.map((service) => [service, none])));
    for (const service of CONFINED) {
      await expect(stack.exec(service, 'touch', '/etc/nothing')).rejects.toThrow('Read-only');
    }
  });

  test('the upstreams cannot reach Redis', async () => {
    const connect = `require('net').connect(6379, process.argv[1]).on('connect', () => process.exit(0)).on('error', () => process.exit(7))`;
    const hosts = ['redis', 'ring', await addressOf('redis')];
    const connectTo = (host: string) =>
      stack.exec('demo-upstream', 'timeout', '5', 'node', '-e', connect, host).catch(String);
    const results = await Promise.all(hosts.map(connectTo));
    for (const result of results) expect(result).toMatch(/failed \((?:7|124)\)/);
  }, 60_000);

  test.each(VICTIMS)(
    '%s heals after kill -9',
    async (victim) => {
      await logs.keep();
      const { restarts } = await stack.state(victim);
      await stack.kill(victim);
      const restarted = async () => (await stack.state(victim)).restarts > restarts;
      await eventually(`${victim} to be started again`, restarted, HEAL_TIMEOUT_MS);
      await stack.untilHealthy(victim);
      const sinceUs = Date.now() * 1000;
      const isMatching = async () =>
        (await newestIncidents()).incidents.some(
          ({ resetTsUs, incident }) => (resetTsUs ?? 0) > sinceUs && incident.status === 'matched',
        );
      await eventually(`matches after the end of ${victim}`, isMatching, HEAL_TIMEOUT_MS);
    },
    3 * HEAL_TIMEOUT_MS,
  );

  test(
    'an alert of failed transactions fires',
    async () => {
      const firing = 'ALERTS{alertname="ResetscopeTransactionsFailed", alertstate="firing"}';
      await eventually('the alert', async () => (await queryPrometheus(firing)).length > 0, ALERT_TIMEOUT_MS);
    },
    ALERT_TIMEOUT_MS + 10_000,
  );

  test(
    'no line was lost or told twice',
    async () => {
      await stack.compose('stop', 'demo-clients');
      const isSettled = async () => (await newestIncidents()).counts.lines === (await logs.countFamilyLines());
      await eventually('an incident for each line', isSettled, SETTLE_TIMEOUT_MS).catch(() => undefined);
      const { counts } = await newestIncidents();
      expect(counts.lines).toBe(await logs.countFamilyLines());
      expect(logs.fileCount).toBeGreaterThan(1);
      expect(counts.matched / counts.lines).toBeGreaterThan(0.7);
      const dead = await stack.exec('correlator', 'resetscope', 'jobs', 'dead', '--json');
      expect(JSON.parse(dead)).toEqual({ dead: 0, letters: [] });
    },
    SETTLE_TIMEOUT_MS + 30_000,
  );

  test('down leaves nothing behind', async () => {
    await stack.down();
    const left = [
      ['ps', '--all', '--quiet'],
      ['volume', 'ls', '--quiet'],
      ['network', 'ls', '--quiet', '--filter', 'type=custom'],
    ].map((command) => daemon.docker(...command));
    expect((await Promise.all(left)).join('')).toBe('');
  }, 60_000);

  /** As the kernel says of the first process (proc(5)). */
  async function confinement(service: string) {
    const text = await stack.exec(service, 'cat', '/proc/1/status');
    const field = (name: string): string => new RegExp(`^${name}:\\t(\\S+)`, 'm').exec(text)?.[1] ?? '';
    return [
      service,
      {
        effective: BigInt(`0x${field('CapEff')}`),
        permitted: BigInt(`0x${field('CapPrm')}`),
        noNewPrivileges: field('NoNewPrivs') === '1',
        isRoot: field('Uid') === '0',
        filtered: field('Seccomp') === '2',
      },
    ] as const;
  }

  async function addressOf(service: string): Promise<string> {
    return (await stack.exec(service, 'hostname', '-i')).trim().split(' ')[0] ?? '';
  }
});
