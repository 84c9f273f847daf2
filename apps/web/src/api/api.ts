/** Version 1 of the HTTP API, and the OpenAPI 3.1 document that is made from its routes. */
import swagger from '@fastify/swagger';
import type { IncidentStore } from '@resetscope/incidents';
import type { Logger } from '@resetscope/telemetry';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { GroupBoard } from '../group-board.ts';
import type { Watcher } from '../watcher-state.ts';
import { addGroupApiV1 } from './groups.ts';
import { addIncidentApiV1 } from './incidents.ts';
import { SCHEMAS } from './schemas.ts';
import { addStatusApiV1 } from './status.ts';

const ABOUT = {
  title: 'resetscope',
  version: '1',
  description: 'Who reset the connection, when, why, and whether the request got through.',
} as const;

export interface ApiOptions {
  readonly store: IncidentStore;
  readonly board: GroupBoard;
  readonly watcher: Watcher;
  readonly logger: Logger;
  /** People sign in here, and programs send a token. */
  readonly needsToken: boolean;
}

export async function addApi(server: FastifyInstance, options: ApiOptions): Promise<void> {
  await server.register(versionOne, options);
}

const versionOne: FastifyPluginAsync<ApiOptions> = async (api, options) => {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: ABOUT,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: options.needsToken ? [{ token: [] }] : [],
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  // The schemas describe answers and do not make them: what is not named there is answered too.
  api.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  for (const [$id, schema] of Object.entries(SCHEMAS)) api.addSchema({ $id, ...schema });
  addIncidentApiV1(api, options.store);
  addGroupApiV1(api, options);
  addStatusApiV1(api, options);
  api.get('/api/openapi.json', { schema: { hide: true } }, async () => api.swagger());
};
