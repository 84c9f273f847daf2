/**
 * A Docker daemon of our own: its socket, its state and its images lie in one folder, and another Docker on this machine is
 * not touched. It ends with the process namespace that scripts/test-compose.mjs makes for whoever starts it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@resetscope/testkit';
import { run } from './command.ts';

/** No bridge and no packet filter: for building in this machine's own network, which stays as it is. */
const WITHOUT_NETWORKS: readonly string[] = [
  '--bridge=none',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-forward=false',
];
const START_TIMEOUT_MS = 30_000;
const LOG_TAIL_LEN = 1500;

export class DockerDaemon {
  /** For docker and docker-compose. The classic builder: Debian's docker.io comes without buildx. */
  readonly env: NodeJS.ProcessEnv;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#process = process;
    this.env = env;
  }

  /** dir: of images and state; kept. networks: whether containers get any but this machine's. */
  static async start(dir: string, { networks }: { readonly networks: boolean }): Promise<DockerDaemon> {
    const runDir = join(dir, 'run');
    rmSync(runDir, { recursive: true, force: true });
    mkdirSync(runDir, { recursive: true });
    const configFile = join(runDir, 'daemon.json');
    writeFileSync(configFile, '{}');
    const host = `unix://${join(runDir, 'docker.sock')}`;
    const places = [`--data-root=${join(dir, 'data')}`, `--exec-root=${join(runDir, 'exec')}`];
    const own = [`--pidfile=${join(runDir, 'docker.pid')}`, `--config-file=${configFile}`, `--host=${host}`];
    const logFile = join(runDir, 'dockerd.log');
    const log = openSync(logFile, 'w');
    const flags = [...places, ...own, ...(networks ? [] : WITHOUT_NETWORKS)];
    const child = spawn('dockerd', flags, { stdio: ['ignore', log, log] });
    closeSync(log);
    const failed = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`dockerd: ${error.message}`));
      child.once('exit', () => resolve(`dockerd ended: ${readFileSync(logFile, 'utf8').slice(-LOG_TAIL_LEN)}`));
    });
    const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0', COMPOSE_DOCKER_CLI_BUILD: '0' };
    const daemon = new DockerDaemon(child, env);
    const answers = () =>
      daemon.docker('version').then(
        () => true,
        () => false,
      );
    await waitUntil(answers, { what: 'dockerd to answer', timeoutMs: START_TIMEOUT_MS, failed });
    return daemon;
  }

  docker(...args: readonly string[]): Promise<string> {
    return run('docker', args, { env: this.env });
  }

  hasImage(image: string): Promise<boolean> {
    return this.docker('image', 'inspect', image).then(
      () => true,
      () => false,
    );
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}
