/** `/events`: the ids of incidents as they are created or amended, as server-sent events. */
import type { FastifyInstance } from 'fastify';
import type { EventStreams } from '../event-streams.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';

export function addEventRoute(server: FastifyInstance, streams: EventStreams): void {
  server.get('/events', async (_request, reply) => {
    if (streams.isFull)
      return reply.code(503).header('retry-after', '30').type('text/plain').send('too many listeners\n');
    reply.hijack();
    reply.raw.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx before us must not hold events back (ngx_http_proxy_module, proxy_buffering).
      'x-accel-buffering': 'no',
    });
    streams.add(reply.raw);
    return reply;
  });
}
