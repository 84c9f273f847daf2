/** The HTTP server before it has routes. */
import { visibleJson } from '@resetscope/report';
import Fastify, { type FastifyInstance } from 'fastify';
import { SECURITY_HEADERS } from './security-headers.ts';

/** trustedProxies: addresses and networks whose X-Forwarded-* headers are believed. */
export function makeServer(trustedProxies: readonly string[] = []): FastifyInstance {
  const server = Fastify({
    logger: false,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    // A parameter that is not known is refused; by default Fastify would drop it and answer something else than was asked.
    ajv: { customOptions: { removeAdditional: false } },
    // Before any hook runs: an address that is no address.
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(400, { ...SECURITY_HEADERS, 'content-type': 'text/plain' }).end('not an address\n');
    },
  });
  // Answers are read with curl, too: nothing in them steers a terminal.
  server.setReplySerializer((answer) => visibleJson(answer));
  return server;
}

/** A route as declared: `GET`, `/incidents/:id`. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
}

/** Fills as routes are declared from now on. */
export function declaredRoutes(server: FastifyInstance): readonly DeclaredRoute[] {
  const routes: DeclaredRoute[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, path: url });
  });
  return routes;
}
