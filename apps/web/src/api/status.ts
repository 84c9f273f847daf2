/** `/api/v1/status`: what became of all lines, and the state of the watcher itself. */
import type { FastifyInstance } from 'fastify';
import { answers } from './answers.ts';
import type { ApiOptions } from './api.ts';
import { ref } from './schemas.ts';

export function addStatusApiV1(api: FastifyInstance, { store, watcher }: ApiOptions): void {
  api.get(
    '/api/v1/status',
    { schema: { summary: 'Lines by their answer, and the watcher itself', response: answers(ref('Status')) } },
    async () => {
      const [counts, state] = await Promise.all([store.counts(), watcher.state()]);
      return { counts, ...state };
    },
  );
}
