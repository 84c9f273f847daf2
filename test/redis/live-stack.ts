/** All four apps on one host, each with its own way to Redis, between a shop whose clients reset and the incidents about them. */
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { StoredIncident } from '@resetscope/incidents';
import { makeTempDir, type TempDir, waitUntil } from '@resetscope/testkit';
import { type AppName, AppProcess } from './app-process.ts';
import { ResetShop } from './reset-shop.ts';

/** Why these tests cannot run here. */
export const NEEDS = 'needs redis-server, redis-cli, the right to capture, and built apps (npm run build)';

/** A failover and a second look take seconds on a busy machine. */
const ANSWER_TIMEOUT_MS = 45_000;

export interface RedisOf {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class LiveStack {
  readonly shop: ResetShop;
  readonly apps: Readonly<Record<AppName, AppProcess>>;
  private readonly dir: TempDir;

  private constructor(dir: TempDir, shop: ResetShop, apps: Readonly<Record<AppName, AppProcess>>) {
    this.dir = dir;
    this.shop = shop;
    this.apps = apps;
  }

  /** redisOf: flags of each app that say where its Redis is. node: whose ring and log. */
  static async start(node: string, redisOf: (name: AppName) => RedisOf): Promise<LiveStack> {
    const dir = await makeTempDir('resetscope-stack-');
    const logs = { error: join(dir.path, 'error.log'), access: join(dir.path, 'access.log') };
    const shop = await ResetShop.open(logs);
    const logFlags = ['--error-log', logs.error, '--access-log', logs.access, '--from', 'beginning'];
    const metrics = ['--metrics-listen', '127.0.0.1:0'];
    const place = ['--node', node, ...metrics];
    const flags: Readonly<Record<AppName, readonly string[]>> = {
      capture: ['--interface', 'lo', '--ports', String(shop.port), '--user', 'root', ...place],
      correlator: ['--timezone', 'UTC', ...metrics],
      web: ['--listen', '127.0.0.1:0'],
      tailer: [...logFlags, '--checkpoint-dir', join(dir.path, 'checkpoint'), ...place],
    };
    const started: AppProcess[] = [];
    const start = async (name: AppName): Promise<AppProcess> => {
      const { args, env } = redisOf(name);
      const app = await AppProcess.start(name, [...flags[name], ...args], env);
      started.push(app);
      return app;
    };
    try {
      const [capture, correlator, web] = await Promise.all([start('capture'), start('correlator'), start('web')]);
      return new LiveStack(dir, shop, { capture, correlator, web, tailer: await start('tailer') });
    } catch (error) {
      await Promise.all(started.map((app) => app.stop()));
      shop.close();
      await dir.remove();
      throw error;
    }
  }

  /** Resets, one after the other. */
  async resets(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.shop.reset();
  }

  /** What the web app lists, newest first. */
  async incidents(): Promise<readonly StoredIncident[]> {
    const answer = await fetch(`http://${this.apps.web.ops}/api/incidents?limit=200`);
    if (!answer.ok) return [];
    return ((await answer.json()) as { readonly incidents: readonly StoredIncident[] }).incidents;
  }

  /** Waits until every reset has its incident, and expects each once, matched, with the port that its client had. */
  async expectEachOnce(): Promise<readonly StoredIncident[]> {
    const { originators } = this.shop;
    await waitUntil(async () => (await this.lined()).length >= originators.size, {
      what: `${originators.size} incidents`,
      timeoutMs: ANSWER_TIMEOUT_MS,
      failed: Promise.race(
        Object.values(this.apps).map((app) => app.ended.then((code) => `${app.name} ended with ${code}: ${app.log}`)),
      ),
    });
    const incidents = await this.lined();
    const found = incidents.map(({ incident }) => [
      urlOf(incident.line.raw),
      incident.stream?.originator ?? incident.reason,
    ]);
    expect(found.sort()).toEqual([...originators].sort());
    return incidents;
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.apps).map((app) => app.stop()));
    this.shop.close();
    await this.dir.remove();
  }

  /** Those that a line speaks of. */
  private async lined(): Promise<readonly StoredIncident[]> {
    return (await this.incidents()).filter(({ incident }) => urlOf(incident.line?.raw ?? '') !== '');
  }
}

function urlOf(line: string): string {
  return /"GET (\S+) HTTP/.exec(line)?.[1] ?? '';
}
