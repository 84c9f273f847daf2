/** The stack of docker-compose.yml in a Docker daemon of our own. */
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot, waitUntil } from '@resetscope/testkit';
import { run } from './command.ts';
import type { DockerDaemon } from './docker-daemon.ts';

/** docker-compose 1.29 of Debian 12, or another: `/usr/libexec/docker/cli-plugins/docker-compose` is Compose v2. */
const COMPOSE = process.env['RESETSCOPE_COMPOSE'] ?? 'docker-compose';
const PROJECT = 'resetscope-test';

const HEALTHY_TIMEOUT_MS = 90_000;
/** A question to Docker is a program. */
const ASK_EVERY_MS = 250;

export interface ContainerState {
  /** Of its first process, as we count. 0: it does not run. */
  readonly pid: number;
  /** `none` without a health check. */
  readonly health: string;
  /** By its restart policy, since it was made. */
  readonly restarts: number;
}

/** Until `ask` says yes. Its failures are a no: what is asked may be away. */
export function eventually(what: string, ask: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const askSlowly = async (): Promise<boolean> => {
    const isYes = await ask().catch(() => false);
    if (!isYes) await delay(ASK_EVERY_MS);
    return isYes;
  };
  return waitUntil(askSlowly, { what, timeoutMs });
}

export class Stack {
  readonly #daemon: DockerDaemon;
  readonly #env: NodeJS.ProcessEnv;
  /** A container keeps its id when it is started again. */
  readonly #containers = new Map<string, string>();

  /** settings: of those that docker-compose.yml reads from the environment. */
  constructor(daemon: DockerDaemon, settings: Readonly<Record<string, string>> = {}) {
    this.#daemon = daemon;
    this.#env = { ...daemon.env, ...settings };
  }

  /** Services whose image is there, and without `demo` none of that profile. */
  async services({ demo }: { readonly demo: boolean }): Promise<readonly string[]> {
    const config = await this.compose('config');
    const services = (await this.compose('config', '--services')).trim().split('\n');
    const imageOf = (service: string): string =>
      new RegExp(`^ {2}${service}:\\n(?: {4}.*\\n)*? {4}image: (\\S+)$`, 'm').exec(config)?.[1] ?? '';
    const isThere = await Promise.all(services.map((service) => this.#daemon.hasImage(imageOf(service))));
    return services.filter((service, index) => isThere[index] && (demo || !service.startsWith('demo-')));
  }

  async start(services: readonly string[]): Promise<void> {
    await this.compose('up', '-d', '--no-build', ...services);
    for (const service of services) {
      this.#containers.set(service, (await this.compose('ps', '--quiet', service)).trim());
    }
  }

  /** Containers, networks and volumes are gone. */
  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans');
    this.#containers.clear();
  }

  compose(...args: readonly string[]): Promise<string> {
    const all = ['--project-name', PROJECT, '--profile', 'demo', ...args];
    return run(COMPOSE, all, { cwd: repositoryRoot(), env: this.#env });
  }

  /** Runs a command inside. Rejects when it fails. */
  exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.#daemon.docker('exec', this.containerOf(service), ...command);
  }

  async state(service: string): Promise<ContainerState> {
    const format = '{{.State.Pid}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.RestartCount}}';
    const text = await this.#daemon.docker('inspect', '--format', format, this.containerOf(service));
    const [pid = '', health = '', restarts = ''] = text.trim().split(' ');
    return { pid: Number(pid), health, restarts: Number(restarts) };
  }

  /** kill -9 from outside, as by the kernel when memory is short: what is killed through Docker would stay away. */
  async kill(service: string): Promise<void> {
    const { pid } = await this.state(service);
    process.kill(pid, 'SIGKILL');
  }

  untilHealthy(service: string): Promise<void> {
    const isHealthy = async (): Promise<boolean> => {
      const { pid, health } = await this.state(service);
      return pid !== 0 && (health === 'healthy' || health === 'none');
    };
    return eventually(`${service} to be healthy`, isHealthy, HEALTHY_TIMEOUT_MS);
  }

  /** Path of a volume outside the containers. */
  async volumeDir(volume: string): Promise<string> {
    const text = await this.#daemon.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', `${PROJECT}_${volume}`);
    return text.trim();
  }

  /** Id of its container, of a service that was started. */
  containerOf(service: string): string {
    const id = this.#containers.get(service);
    if (id === undefined) throw new Error(`expected a service that was started, got ${service}`);
    return id;
  }
}
