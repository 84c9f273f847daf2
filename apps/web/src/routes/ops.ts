/** /metrics (with what the process tells of itself), /healthz and /readyz on the same address as the pages. */
import { type Registry, watchApp } from '@resetscope/telemetry';
import type { FastifyInstance } from 'fastify';

/** notReady: null when ready, otherwise why not. */
export function addOpsRoutes(server: FastifyInstance, registry: Registry, notReady: () => string | null): void {
  watchApp(registry, notReady);
  server.get('/metrics', async (_request, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
  server.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'));
  server.get('/readyz', async (_request, reply) => {
    const reason = notReady();
    return reply
      .code(reason === null ? 200 : 503)
      .type('text/plain')
      .send(`${reason ?? 'ready'}\n`);
  });
}
