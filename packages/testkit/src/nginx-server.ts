/** A real nginx in a temporary directory, as root or not, on free ports of 127.0.0.1. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { startProgram } from './program.ts';
import { makeTempDir } from './temp-dir.ts';
import { waitUntil } from './wait-until.ts';

/** Where things are, for the configuration text. */
export interface NginxLayout {
  readonly dir: string;
  readonly errorLog: string;
  readonly accessLog: string;
  readonly pidFile: string;
  /** Free ports of 127.0.0.1, as many as asked for. */
  readonly ports: readonly number[];
}

export interface NginxOptions {
  /** The whole configuration file; `nginxConfig` writes all of it but the servers. */
  readonly config: (layout: NginxLayout) => string;
  /** How many ports the configuration listens on; default 1. */
  readonly portCount?: number;
}

export interface NginxServer extends NginxLayout {
  /** Of the master process. */
  readonly pid: number;
  /** Settles when nginx ended, however, with the end of its output. */
  readonly ended: Promise<string>;
  /** SIGUSR1: open the logs again, as logrotate asks for. */
  reopen(): void;
  /** Resolves when nginx and its directory are gone. Idempotent. */
  stop(): Promise<void>;
}

/** Starts nginx and waits until it listens. Throws when nginx is missing or refuses the configuration. */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const temp = await makeTempDir('resetscope-nginx-');
  try {
    // Workers run as nginx's built-in user when the master is root; they must reach the temporary paths.
    await chmod(temp.path, 0o711);
    const layout: NginxLayout = {
      dir: temp.path,
      errorLog: join(temp.path, 'error.log'),
      accessLog: join(temp.path, 'access.log'),
      pidFile: join(temp.path, 'nginx.pid'),
      ports: await freePorts(options.portCount ?? 1),
    };
    const server = await startNginxIn(layout, options.config(layout));
    return { ...server, stop: () => server.stop().then(temp.remove) };
  } catch (error) {
    await temp.remove();
    throw error;
  }
}

async function startNginxIn(layout: NginxLayout, config: string): Promise<NginxServer> {
  const file = join(layout.dir, 'nginx.conf');
  await writeFile(file, config);
  const program = await startProgram('nginx', ['-p', layout.dir, '-c', file]);
  try {
    // The master writes its pid after the listening sockets are open (nginx src/core/ngx_cycle.c, src/core/nginx.c).
    await waitUntil(() => isWritten(layout.pidFile), { what: 'nginx to listen', failed: program.ended });
  } catch (error) {
    await program.stop();
    throw error;
  }
  const reopen = (): void => {
    process.kill(program.pid, 'SIGUSR1');
  };
  return { ...layout, pid: program.pid, ended: program.ended, reopen, stop: program.stop };
}

async function isWritten(path: string): Promise<boolean> {
  const text = await readFile(path, 'latin1').catch(() => '');
  return text.endsWith('\n');
}

export interface NginxConfigParts {
  /** Inside http{}: upstream{} and server{} blocks. */
  readonly http: string;
  /** Default `info`: the level that shows client resets. */
  readonly errorLogLevel?: string;
  /** A log_format string without its quotes; default nginx's `combined`. */
  readonly accessLogFormat?: string;
  /** Default 1. */
  readonly workerProcesses?: number;
}

/** A complete configuration that touches nothing outside its directory. */
export function nginxConfig(layout: NginxLayout, parts: NginxConfigParts): string {
  const format = parts.accessLogFormat;
  const tempPath = (name: string): string => `  ${name}_temp_path ${join(layout.dir, name)};`;
  return [
    'daemon off;',
    `worker_processes ${parts.workerProcesses ?? 1};`,
    `pid ${layout.pidFile};`,
    `error_log ${layout.errorLog} ${parts.errorLogLevel ?? 'info'};`,
    'events { worker_connections 1024; }',
    'http {',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(tempPath),
    ...(format === undefined ? [] : [`  log_format measured '${format}';`]),
    `  access_log ${layout.accessLog} ${format === undefined ? 'combined' : 'measured'};`,
    parts.http,
    '}',
    '',
  ].join('\n');
}
