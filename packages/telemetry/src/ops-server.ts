/**
 * The small HTTP server of every app: /metrics (Prometheus or OpenMetrics text, with what the process tells of itself),
 * /healthz and /readyz.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { watchApp } from './app-metrics.ts';
import { describeListenError, formatListenAddress, type ListenAddress } from './listen-address.ts';

export interface OpsServer {
  /** `host:port` it listens on. */
  readonly address: string;
  close(): Promise<void>;
}

export interface OpsOptions {
  readonly listen: ListenAddress;
  readonly registry: Registry;
  /** null when ready, otherwise the reason why not. */
  readonly notReady: () => string | null;
}

export async function startOpsServer(options: OpsOptions): Promise<OpsServer> {
  watchApp(options.registry, options.notReady);
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/metrics') {
      options.registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': options.registry.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    } else if (path === '/healthz') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    } else if (path === '/readyz') {
      const reason = options.notReady();
      response.writeHead(reason === null ? 200 : 503, { 'content-type': 'text/plain' }).end(`${reason ?? 'ready'}\n`);
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found; try /metrics, /healthz, /readyz\n');
    }
  });
  await listen(server, options.listen);
  const bound = server.address() as AddressInfo;
  return {
    address: formatListenAddress({ host: options.listen.host, port: bound.port }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, address, '/metrics')));
    server.listen(address.port, address.host, () => resolve());
  });
}
