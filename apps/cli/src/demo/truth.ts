/** The record of what was provoked, written by the end that reset at the moment it resets. */
import type { Socket } from 'node:net';
import { EPISODE_KINDS, type Episode, type EpisodeKind } from './episode.ts';

/** What an upstream is to do with the first attempt of a request. */
export interface Plan {
  readonly id: string;
  readonly kind: EpisodeKind;
  readonly request: string;
}

export class Truth {
  readonly #episodes: Episode[] = [];
  readonly #plans = new Map<string, Plan>();

  get episodes(): readonly Episode[] {
    return this.#episodes;
  }

  /** Asks the upstreams to misbehave once, when the request with this id arrives. */
  plan(plan: Plan): void {
    this.#plans.set(plan.id, plan);
  }

  /** The plan stays until it is carried out. */
  planned(id: string): Plan | undefined {
    return this.#plans.get(id);
  }

  /** Forgets a plan that was carried out or given up. */
  forget(id: string): void {
    this.#plans.delete(id);
  }

  /** A client is about to reset this connection to nginx. */
  clientResets(kind: EpisodeKind, id: string, request: string | null, socket: Socket): void {
    const originator = endpoint(socket.localAddress, socket.localPort);
    this.record(kind, id, request, originator, endpoint(socket.remoteAddress, socket.remotePort));
  }

  /** An upstream is about to reset this connection from nginx. */
  upstreamResets(plan: Plan, socket: Socket): void {
    this.forget(plan.id);
    const originator = endpoint(socket.remoteAddress, socket.remotePort);
    this.record(plan.kind, plan.id, plan.request, originator, endpoint(socket.localAddress, socket.localPort));
  }

  record(kind: EpisodeKind, id: string, request: string | null, originator: string, responder: string): void {
    this.#episodes.push({ id, kind, ...EPISODE_KINDS[kind], originator, responder, request });
  }
}

function endpoint(address: string | undefined, port: number | undefined): string {
  return `${address ?? '?'}:${port ?? '?'}`;
}
