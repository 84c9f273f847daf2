/** All traffic of the demo: healthy requests, probes, and provoked resets, each kind in turn, clients and upstreams alternating. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ListenAddress } from '@resetscope/telemetry';
import {
  type ClientScene,
  clientAbortsUpload,
  clientClosesUnread,
  clientGivesUpWaiting,
  connectAndReset,
  idleKeepaliveReset,
  rstInsteadOfFin,
} from './client-episodes.ts';
import { HealthyClient, HealthyTraffic } from './healthy-traffic.ts';
import { SynProbes } from './syn-probes.ts';
import type { Truth } from './truth.ts';
import {
  connectionRefused,
  keepaliveRace,
  type UpstreamScene,
  upstreamAborts,
  upstreamCutsBody,
  upstreamCutsHeaders,
} from './upstream-episodes.ts';

/** Few, so that an address alone does not tell the connection. */
const CLIENT_HOSTS = ['127.0.0.11', '127.0.0.12', '127.0.0.13'] as const;

/** Where the load balancer checks from. */
const PROBE_HOST = '127.0.0.8';

/** From the start of one episode to the start of the next; they overlap. */
const EPISODE_EVERY_MS = 100;

const CLIENT_EPISODES: readonly ((scene: ClientScene) => Promise<void>)[] = [
  rstInsteadOfFin,
  clientGivesUpWaiting,
  idleKeepaliveReset,
  clientAbortsUpload,
  connectAndReset,
  clientClosesUnread,
];

const UPSTREAM_EPISODES: readonly ((scene: UpstreamScene) => Promise<void>)[] = [
  upstreamAborts,
  keepaliveRace,
  upstreamCutsBody,
  connectionRefused,
  upstreamCutsHeaders,
];

type StartEpisode = () => Promise<void> | undefined;

export class Traffic {
  readonly #clients: readonly HealthyClient[];
  readonly #healthy: HealthyTraffic;
  readonly #probes: SynProbes;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stopping = new AbortController();
  readonly #scheduled: Promise<void>;

  /** Starts at once. */
  constructor(nginx: ListenAddress, truth: Truth, deadAddress: string) {
    this.#clients = CLIENT_HOSTS.map((from) => new HealthyClient(nginx, from));
    this.#healthy = new HealthyTraffic(this.#clients);
    this.#probes = new SynProbes(PROBE_HOST, nginx);
    this.#scheduled = this.#schedule((turn) => {
      // The host moves on by one more each time a kind comes round again, so that no kind is bound to one host.
      const host = (turn + Math.floor(turn / CLIENT_EPISODES.length)) % CLIENT_HOSTS.length;
      const [from, client] = [CLIENT_HOSTS[host], this.#clients[host]];
      const clientEpisode = CLIENT_EPISODES[turn % CLIENT_EPISODES.length];
      const upstreamEpisode = UPSTREAM_EPISODES[turn % UPSTREAM_EPISODES.length];
      return [
        () => from && clientEpisode?.({ nginx, from, truth }),
        () => client && upstreamEpisode?.({ client, truth, deadAddress }),
      ];
    });
  }

  get healthyCount(): number {
    return this.#healthy.sentCount;
  }

  get probeCount(): number {
    return this.#probes.sentCount;
  }

  /** No new traffic; resolves when every episode has come to its end. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#healthy.stop();
    this.#probes.stop();
    await this.#scheduled;
    await Promise.all(this.#underWay);
    for (const client of this.#clients) client.close();
  }

  async #schedule(episodesOf: (turn: number) => readonly StartEpisode[]): Promise<void> {
    const signal = this.#stopping.signal;
    for (let turn = 0; !signal.aborted; turn++) {
      for (const start of episodesOf(turn)) {
        this.#follow(start());
        await delay(EPISODE_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** An episode that fails, because nginx or the demo is stopping, has recorded nothing. */
  #follow(episode: Promise<void> | undefined): void {
    const ended = Promise.resolve(episode).catch(() => undefined);
    this.#underWay.add(ended);
    void ended.then(() => this.#underWay.delete(ended));
  }
}
