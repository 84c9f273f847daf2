/** `/assets/*`: from memory, kept by browsers for a year because the address changes with the content. */
import type { FastifyInstance } from 'fastify';
import type { Assets } from '../assets.ts';

export function addAssetRoutes(server: FastifyInstance, assets: Assets): void {
  for (const { name, contentType, body } of Object.values(assets)) {
    server.get(`/assets/${name}`, async (_request, reply) =>
      reply
        .header('content-type', contentType)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(body),
    );
  }
}
