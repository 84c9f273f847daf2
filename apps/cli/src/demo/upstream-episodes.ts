/** Requests whose upstream hangs up: the client behaves, the upstream carries out the plan and records the truth. */
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@resetscope/testkit';
import { LOCAL_PORT_HEADER } from './demo-nginx.ts';
import { type EpisodeKind, newEpisodeId } from './episode.ts';
import type { HealthyClient } from './healthy-traffic.ts';
import type { Truth } from './truth.ts';

export interface UpstreamScene {
  readonly client: HealthyClient;
  readonly truth: Truth;
  /** `host:port` where nothing listens. */
  readonly deadAddress: string;
}

/** GET is retried on the other upstream (proxy_next_upstream, default), POST is answered 502. */
function anyMethod(): 'GET' | 'POST' {
  return Math.random() < 0.5 ? 'GET' : 'POST';
}

async function plannedRequest(scene: UpstreamScene, kind: EpisodeKind, route: string): Promise<void> {
  const id = newEpisodeId();
  const method = anyMethod();
  const target = `${route}/${id}`;
  scene.truth.plan({ id, kind, request: `${method} ${target}` });
  await scene.client.request(method, target);
  scene.truth.forget(id);
}

/** Reset after the request was read, before the header. */
export function upstreamAborts(scene: UpstreamScene): Promise<void> {
  return plannedRequest(scene, 'upstream-aborts', '/orders');
}

export function upstreamCutsHeaders(scene: UpstreamScene): Promise<void> {
  return plannedRequest(scene, 'upstream-cuts-headers', '/quotes');
}

export function upstreamCutsBody(scene: UpstreamScene): Promise<void> {
  return plannedRequest(scene, 'upstream-cuts-body', '/invoices');
}

/** Attempts until nginx reuses a connection that was idle long enough; the upstreams answer the earlier ones. */
const RACE_ATTEMPTS = 12;

/** Longer than the idle time the upstream asks for. */
const RACE_PAUSE_MS = 150;

/** nginx writes a request onto a cached connection that its upstream is giving up. */
export async function keepaliveRace({ client, truth }: UpstreamScene): Promise<void> {
  const id = newEpisodeId();
  const method = anyMethod();
  const target = `/checkout/${id}/capture`;
  truth.plan({ id, kind: 'keepalive-race', request: `${method} ${target}` });
  for (let attempt = 0; attempt < RACE_ATTEMPTS && truth.planned(id) !== undefined; attempt++) {
    await delay(RACE_PAUSE_MS);
    await client.request(method, target);
  }
  truth.forget(id);
}

/** The first server of the block is dead, the second answers. */
export async function connectionRefused({ client, truth, deadAddress }: UpstreamScene): Promise<void> {
  const id = newEpisodeId();
  const method = anyMethod();
  const target = `/legacy/${id}`;
  const port = await freePort();
  truth.record('connection-refused', id, `${method} ${target}`, `127.0.0.1:${port}`, deadAddress);
  await client.request(method, target, { [LOCAL_PORT_HEADER]: String(port) });
}
