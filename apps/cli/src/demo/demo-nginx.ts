/** nginx before the two upstreams of the demo, configured as production is: keepalive to upstreams, default retries. */
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { freePort, type NginxServer, nginxConfig, startNginx } from '@resetscope/testkit';
import type { Truth } from './truth.ts';
import { startUpstream, type UpstreamServer } from './upstream-server.ts';

/** Loopback addresses of the two application servers. */
const UPSTREAM_HOSTS = ['127.0.0.2', '127.0.0.3'] as const;

/** Names the local port nginx is to connect from, so that the truth knows the port of a refused connection too. */
export const LOCAL_PORT_HEADER = 'X-Local-Port';

export interface DemoUpstreams {
  readonly servers: readonly UpstreamServer[];
  /** `host:port` of each. */
  readonly addresses: readonly string[];
  /** `host:port` where nothing listens. */
  readonly deadAddress: string;
  close(): Promise<void>;
}

export async function startUpstreams(truth: Truth): Promise<DemoUpstreams> {
  const servers = await Promise.all(UPSTREAM_HOSTS.map((host) => startUpstream(host, truth)));
  const addresses = servers.map((server, index) => `${UPSTREAM_HOSTS[index]}:${server.port}`);
  const deadAddress = `${UPSTREAM_HOSTS[0]}:${await freePort(UPSTREAM_HOSTS[0])}`;
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  return { servers, addresses, deadAddress, close };
}

export function startDemoNginx(upstreams: DemoUpstreams): Promise<NginxServer> {
  return startNginx({
    config: (layout) =>
      nginxConfig(layout, {
        accessLogFormat: RECOMMENDED_LOG_FORMAT,
        http: httpBlock(layout.ports[0] ?? 0, upstreams),
      }),
  });
}

/** max_fails=0: a provoked failure must not take a server out of rotation. sndbuf: a slow reader fills it soon. */
function httpBlock(port: number, { addresses, deadAddress }: DemoUpstreams): string {
  const servers = addresses.map((address) => `    server ${address} max_fails=0;`).join('\n');
  return `
  upstream app {
${servers}
    keepalive 16;
  }
  upstream checkout {
${servers}
    keepalive 4;
  }
  upstream legacy {
    server ${deadAddress} max_fails=0;
    server ${addresses[1]} max_fails=0 backup;
  }
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  server {
    listen 127.0.0.1:${port} sndbuf=128k;
    location / { proxy_pass http://app; }
    location /checkout/ { proxy_pass http://checkout; }
    location /legacy/ { proxy_pass http://legacy; proxy_bind 127.0.0.1:$http_x_local_port; }
  }`;
}
