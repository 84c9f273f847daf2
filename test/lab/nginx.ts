/** nginx of a case: its configuration and its run inside the box. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, type StartedProgram, waitUntil } from '@resetscope/testkit';
import type { Network } from './network.ts';
import type { Stage } from './stage.ts';

/** What an access log must hold to name the connection. */
const LOG_FORMAT =
  '$connection $connection_requests $realip_remote_addr:$realip_remote_port $server_addr:$server_port $msec $status ' +
  '$bytes_sent $request_completion $upstream_addr $upstream_status $request_id "$request"';

/** Bytes of files/big.bin: more than the buffers of a socket pair hold. */
export const BIG_FILE_LEN = 12_000_000;

export interface NginxSettings {
  readonly logLevel: string;
  readonly timezone: string;
  readonly workers: number;
}

/** Where the dynamic module is: Debian's place, or RESETSCOPE_STREAM_MODULE. */
export function streamModule(): string | null {
  const path = process.env['RESETSCOPE_STREAM_MODULE'] ?? '/usr/lib/nginx/modules/ngx_stream_module.so';
  try {
    readFileSync(path);
    return path;
  } catch {
    return null;
  }
}

export function nginxConfig(stage: Stage, settings: NginxSettings): string {
  const { http, https, h2c, h2 } = stage.ports;
  const app = stage.appAddress;
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path tmp/${name};`);
  const common = `
    location /files/ { alias html/; }
    location /app/ { proxy_pass http://${app}; }
    location /live/ { proxy_buffering off; proxy_pass http://${app}; }
    location /upload/ { proxy_request_buffering off; client_max_body_size 0; proxy_pass http://${app}; }
    location /media/ { client_max_body_size 0; proxy_pass http://${app}; }`;
  return `${stage.streamServers.length > 0 ? `load_module ${streamModule()};\n` : ''}daemon off;
worker_processes ${settings.workers};
user root;
pid nginx.pid;
error_log error.log ${settings.logLevel};
events { worker_connections 2048; }
http {
  log_format join '${LOG_FORMAT}';
  access_log access.log join;
  ${temp.join(' ')}
  ssl_certificate cert.pem; ssl_certificate_key key.pem; ssl_protocols TLSv1.2 TLSv1.3; proxy_ssl_protocols TLSv1.2 TLSv1.3;
  sendfile on; keepalive_timeout 30s; proxy_connect_timeout 3s; proxy_read_timeout 8s;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_next_upstream error timeout;
  upstream pool { server ${app}; keepalive 8; }
  server {
    listen ${http} default_server; listen [::]:${http}; listen ${https} ssl;
    server_name ${stage.host};
    ${common}
    location /ping/ { return 200 "pong\\n"; }
    location /nothing/ { return 204; }
    location /refused/ { return 444; }
    location /form/ { client_max_body_size 1k; proxy_pass http://${app}; }
    location /batch/ { proxy_ignore_client_abort on; proxy_pass http://${app}; }
    location /pool/ { proxy_pass http://pool; }
    location /six/ { proxy_pass http://${stage.appAddress6}; }
    location /chat/ { proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://${app}; }
    ${stage.locations.join('\n    ')}
  }
  server { listen ${h2c} http2; listen ${h2} ssl http2; server_name h2.test; ${common} }
  ${stage.servers.join('\n  ')}
}
${stage.streamServers.length > 0 ? `stream {\n  ${stage.streamServers.join('\n  ')}\n}\n` : ''}`;
}

export interface NginxRun {
  readonly workers: readonly number[];
  stop(): Promise<void>;
}

export async function startNginx(
  network: Network,
  dir: string,
  stage: Stage,
  settings: NginxSettings,
): Promise<NginxRun> {
  mkdirSync(join(dir, 'html'), { recursive: true });
  mkdirSync(join(dir, 'tmp'), { recursive: true });
  chmodSync(dir, 0o755);
  writeFileSync(join(dir, 'html', 'big.bin'), Buffer.alloc(BIG_FILE_LEN, 'resetscope '));
  writeFileSync(join(dir, 'html', 'small.txt'), 'small\n'.repeat(stage.random.int(1, 300)));
  const file = join(dir, 'nginx.conf');
  writeFileSync(file, nginxConfig(stage, settings));
  const nginx = findProgram('nginx') ?? 'nginx';
  const env = [`TZ=${settings.timezone}`, nginx, '-p', dir, '-c', file, '-e', join(dir, 'error.log')];
  const program: StartedProgram = await network.startInBox('env', env);
  const pid = (): string => readText(join(dir, 'nginx.pid')).trim();
  const childrenOf = (parent: string): number[] =>
    readText(`/proc/${parent}/task/${parent}/children`).trim().split(' ').filter(Boolean).map(Number);
  await waitUntil(() => pid() !== '' && childrenOf(pid()).length >= settings.workers, {
    what: 'nginx to start its workers',
    failed: program.ended,
  });
  return { workers: childrenOf(pid()), stop: () => program.stop() };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Self-signed; an elliptic curve key takes a millisecond. */
export function makeCertificate(dir: string): void {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const files = ['-subj', '/CN=www.shop.test', '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  execFileSync('openssl', [...args, ...files], { stdio: 'ignore' });
}
