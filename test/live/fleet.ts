/** Redis and the apps as processes that are killed and started again: `kill -9`, and at once the same command. */
import { join } from 'node:path';
import { type RedisServer, repositoryRoot, type StartedProgram, startProgram, startRedis } from '@resetscope/testkit';

export const VICTIMS = ['tailer', 'capture', 'correlator-1', 'correlator-2', 'redis'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface FleetOptions {
  /** For Redis and the tailer's checkpoint. */
  readonly dir: string;
  readonly node: string;
  readonly errorLog: string;
  /** TCP ports of nginx and its upstreams. */
  readonly ports: readonly number[];
}

/** What Redis has answered for is on the disk. */
const PERSISTENT: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** An app that starts while Redis is down says so and ends; whoever supervises it starts it again. */
const NO_REDIS_YET = /start it or set REDIS_URL/;

export class Fleet {
  /** Stays the same over restarts. */
  readonly redisUrl: RedisServer['url'];
  /** How often each was killed. */
  readonly kills = new Map<Victim, number>();
  readonly #options: FleetOptions;
  readonly #apps = new Map<Victim, StartedProgram>();
  #redis: RedisServer;
  #isStopped = false;

  private constructor(options: FleetOptions, redis: RedisServer) {
    this.#options = options;
    this.#redis = redis;
    this.redisUrl = redis.url;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options, await startRedis({ dir: options.dir, args: PERSISTENT }));
    for (const name of VICTIMS) if (name !== 'redis') await fleet.#start(name);
    return fleet;
  }

  /** Resolves when it runs again, which is before it works again. */
  async killAndRestart(victim: Victim): Promise<void> {
    this.kills.set(victim, (this.kills.get(victim) ?? 0) + 1);
    if (victim === 'redis') {
      await kill(this.#redis);
      this.#redis = await startRedis({ dir: this.#options.dir, args: PERSISTENT });
      return;
    }
    const app = this.#apps.get(victim);
    if (app !== undefined) await kill(app);
    await this.#start(victim);
  }

  /** Apps that have ended by themselves, and what they said. */
  async ended(): Promise<readonly string[]> {
    const running = 'runs';
    const ends = await Promise.all([...this.#apps.values()].map(({ ended }) => Promise.race([ended, running])));
    return ends.filter((end) => end !== running);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const app of this.#apps.values()) await app.stop();
    await this.#redis.stop();
  }

  async #start(victim: Exclude<Victim, 'redis'>): Promise<void> {
    const app = victim.split('-')[0] ?? '';
    const main = join(repositoryRoot(), 'apps', app, 'dist', 'main.js');
    const common = ['--redis', this.redisUrl, '--metrics-listen', '127.0.0.1:0'];
    const program = await startProgram('node', [main, ...this.#flagsOf(app), ...common]);
    this.#apps.set(victim, program);
    void program.ended.then((said) => {
      const isCurrent = !this.#isStopped && this.#apps.get(victim) === program;
      return isCurrent && NO_REDIS_YET.test(said) ? this.#start(victim) : undefined;
    });
  }

  #flagsOf(app: string): readonly string[] {
    const { dir, node, errorLog, ports } = this.#options;
    const checkpointDir = join(dir, 'checkpoint');
    switch (app) {
      case 'capture':
        return ['--interface', 'lo', '--ports', ports.join(','), '--user', 'root', '--node', node];
      case 'tailer':
        return ['--error-log', errorLog, '--from', 'beginning', '--checkpoint-dir', checkpointDir, '--node', node];
      default:
        return [];
    }
  }
}

async function kill(program: { readonly pid: number; readonly ended: Promise<string> }): Promise<void> {
  process.kill(program.pid, 'SIGKILL');
  await program.ended;
}
