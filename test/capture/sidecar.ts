/**
 * `resetscope capture` as it is deployed: started by the command line as root, in a network namespace, with a Redis of its own. What
 * it says of itself (/metrics, its log) and what it has left in Redis can be asked for; nothing here looks into the process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { userIds } from '@resetscope/capture';
import { canMakeNamespaces, type NetworkNamespace } from '@resetscope/capture/testing';
import { type RingFrame, RingReader, readRingStat, unpackBlock } from '@resetscope/ring';
import { hasProgram, type RedisServer, repositoryRoot, startRedis, waitUntil } from '@resetscope/testkit';
import { Redis } from 'ioredis';
import { Metrics } from './metrics.ts';
import { storedValues } from './stored-values.ts';

const CLI = join(repositoryRoot(), 'apps', 'cli', 'bin', 'resetscope.js');
const BUILT = ['cli', 'capture'].map((app) => join(repositoryRoot(), 'apps', app, 'dist', 'main.js'));
/** The user that the capture becomes, who must reach the socket of Redis. */
const USER = 'nobody';
const NODE_NAME = 'sidecar';

/** Programs that every test here needs; the others are named by the test. */
const PROGRAMS: readonly string[] = ['ip', 'redis-server', 'setpriv', 'taskset', 'tcpdump', 'tcpreplay'];

/** Why these tests cannot run here; null: they can. */
export function missingForSidecar(...programs: readonly string[]): string | null {
  const missing = [...PROGRAMS, ...programs].filter((name) => !hasProgram(name));
  if (!canMakeNamespaces) return 'network namespaces need root and CAP_NET_RAW';
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  return BUILT.every((path) => existsSync(path)) ? null : 'apps/cli and apps/capture are not built';
}

export class Sidecar {
  /** Of the app, not of the command line that started it. */
  pid = 0;
  readonly reader: RingReader;
  private readonly namespace: NetworkNamespace;
  private readonly server: RedisServer;
  private readonly redis: Redis;
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  private isPaused = false;
  private stopping: Promise<number | null> | null = null;
  private said = '';
  private ops = '';

  private constructor(namespace: NetworkNamespace, server: RedisServer, redis: Redis, child: ChildProcess) {
    this.namespace = namespace;
    this.server = server;
    this.redis = redis;
    this.child = child;
    this.reader = new RingReader(redis, NODE_NAME);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    this.ended = once(child, 'close').then(([code]) => `resetscope capture ended with ${code}: ${this.said}`);
  }

  /** Resolves when it captures. flags: which interface, which packets. */
  static async start(namespace: NetworkNamespace, flags: readonly string[]): Promise<Sidecar> {
    const gid = userIds(USER)?.gid;
    const server = await startRedis(gid === undefined ? {} : { gid });
    const redis = new Redis({ path: server.url.replace('unix:', '') });
    const place = ['--redis', server.url, '--node', NODE_NAME, '--metrics-listen', '127.0.0.1:0', '--user', USER];
    // Gone with this process, also when that is killed.
    const args = ['--pdeathsig', 'TERM', '--', process.execPath, CLI, 'capture', ...place, ...flags];
    const child = await namespace.enter(async () => spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'pipe'] }));
    const sidecar = new Sidecar(namespace, server, redis, child);
    await sidecar.ready().catch(async (error) => {
      await sidecar.stop();
      throw error;
    });
    return sidecar;
  }

  /** SIGSTOP: it does nothing until resume(), while the kernel goes on capturing. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
    this.isPaused = true;
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
    this.isPaused = false;
  }

  /** Its log so far. */
  get log(): string {
    return this.said;
  }

  /** Has it not ended? */
  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async metrics(): Promise<Metrics> {
    return new Metrics(await this.metricsText());
  }

  async metricsText(): Promise<string> {
    const answer = this.namespace.enter(() => once(get(`http://${this.ops}/metrics`, { agent: false }), 'response'));
    const [response] = (await answer) as [IncomingMessage];
    return text(response);
  }

  /** Resolves when everything captured until now is in the ring. */
  async settle(): Promise<void> {
    const nowUs = Date.now() * 1000;
    const isThere = (): Promise<boolean> => this.reader.waitForReach(nowUs, 1000).catch(() => false);
    await waitUntil(isThere, { what: 'the ring to reach now', failed: this.ended, timeoutMs: 30_000 });
  }

  /** Every value in Redis, whatever its key and type, as it is stored. */
  async storedValues(): Promise<readonly Buffer[]> {
    return storedValues(this.redis);
  }

  /** Every packet that is in the ring, in the order in which it was captured. */
  async frames(): Promise<readonly RingFrame[]> {
    const values = await this.storedValues();
    const blocks = await Promise.all(values.map((value) => unpackBlock(value).catch(() => null)));
    const whole = blocks.flatMap((frames) => (frames === null ? [] : [frames]));
    return whole.sort(([a], [b]) => (a?.tsUs ?? 0) - (b?.tsUs ?? 0)).flat();
  }

  /** As the ring's indexes count them. */
  async storedPackets(): Promise<number> {
    return (await readRingStat(this.redis, NODE_NAME))?.packets ?? 0;
  }

  /** SIGTERM to the command line; resolves with its exit code when all is gone. Idempotent. */
  stop(): Promise<number | null> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<number | null> {
    if (this.isPaused) this.resume();
    if (this.isAlive) this.child.kill('SIGTERM');
    await this.ended;
    await this.reader.close();
    this.redis.disconnect();
    await this.server.stop();
    return this.child.exitCode;
  }

  private async ready(): Promise<void> {
    const capturing = '"msg":"capturing"}';
    const hasStarted = (): boolean => this.said.includes(capturing);
    await waitUntil(hasStarted, { what: 'the capture to start', failed: this.ended });
    const line = this.said.split('\n').find((each) => each.includes(capturing)) ?? '';
    const { pid, ops } = JSON.parse(line) as { readonly pid: number; readonly ops: string };
    this.pid = pid;
    this.ops = ops;
  }
}
