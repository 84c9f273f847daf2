/** `/now`: the state of the watcher itself. */
import type { FastifyInstance } from 'fastify';
import type { Assets } from '../assets.ts';
import { nowPage } from '../pages/now-page.ts';
import { sendPage } from '../pages/send-page.ts';
import type { Watcher } from '../watcher-state.ts';

export function addNowRoute(server: FastifyInstance, watcher: Watcher, assets: Assets): void {
  server.get('/now', async (_request, reply) => sendPage(reply, nowPage(await watcher.state(), assets)));
}
