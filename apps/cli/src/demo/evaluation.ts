/**
 * Verdicts against the truth. A line of nginx's log names its episode by the id in its URL; a line without a URL names
 * its client connection by `*N`, which nginx's access log translates to the client's port. Pure.
 */
import type { Incident } from '@resetscope/diagnosis';
import { type Episode, episodeIdIn } from './episode.ts';

/** A line of the reset family in nginx's error log. */
export interface FamilyLine {
  /** latin1, without its newline. */
  readonly raw: string;
  /** `*N`. */
  readonly connectionNumber: number;
}

export interface TimedIncident {
  readonly incident: Incident;
  /** Microseconds from the reset on the wire to the incident in the store; null without a match. */
  readonly storedAfterUs: number | null;
}

export interface EvaluationInput {
  readonly episodes: readonly Episode[];
  readonly lines: readonly FamilyLine[];
  readonly incidents: readonly TimedIncident[];
  /** `$connection` to `$realip_remote_addr:$realip_remote_port`, from the access log. */
  readonly clientOfConnection: ReadonlyMap<number, string>;
}

export type Judgement = 'right' | 'wrong-cause' | 'wrong-connection' | 'not-matched' | 'no-incident';

/** One line that nginx logged about a provoked reset, and what resetscope made of it. */
export interface JudgedLine {
  readonly line: FamilyLine;
  readonly episode: Episode;
  readonly incident: Incident | null;
  readonly judgement: Judgement;
}

export interface Evaluation {
  readonly judged: readonly JudgedLine[];
  /** Lines of the family that nobody provoked, as written. */
  readonly unexpected: readonly string[];
  /** Every line of the family by the status of its incident; pending: none yet. */
  readonly lines: { readonly [Status in Incident['status'] | 'pending']: number };
}

export function evaluate(input: EvaluationInput): Evaluation {
  const incidents = new Map(input.incidents.map(({ incident }) => [incident.line.raw, incident]));
  const finder = new EpisodeFinder(input);
  const judged: JudgedLine[] = [];
  const unexpected: string[] = [];
  const lines = { matched: 0, ambiguous: 0, unmatched: 0, pending: 0 };
  for (const line of input.lines) {
    const incident = incidents.get(line.raw) ?? null;
    lines[incident?.status ?? 'pending']++;
    const episode = finder.find(line, incident);
    if (episode === null) unexpected.push(line.raw);
    else judged.push({ line, episode, incident, judgement: judge(episode, incident) });
  }
  return { judged, unexpected, lines };
}

/** Exactly the provoked connection and one of the right causes. */
export function judge(episode: Episode, incident: Incident | null): Judgement {
  if (incident === null) return 'no-incident';
  if (incident.status !== 'matched' || incident.stream === null) return 'not-matched';
  const { originator, responder } = incident.stream;
  if (originator !== episode.originator || responder !== episode.responder) return 'wrong-connection';
  return incident.cause !== null && episode.causes.includes(incident.cause) ? 'right' : 'wrong-cause';
}

class EpisodeFinder {
  readonly #byId: ReadonlyMap<string, Episode>;
  /** Idle connections: the only ones with requests whose line has no URL. Ports are used again, so the others stay out. */
  readonly #idleByOriginator: ReadonlyMap<string, Episode>;
  readonly #clientOfConnection: ReadonlyMap<number, string>;
  /** Connections without any request, which no log translates: each may explain one line. */
  readonly #silent: Set<Episode>;

  constructor({ episodes, clientOfConnection }: EvaluationInput) {
    this.#byId = new Map(episodes.map((episode) => [episode.id, episode]));
    const idle = episodes.filter(({ kind }) => kind === 'idle-keepalive-reset');
    this.#idleByOriginator = new Map(idle.map((episode) => [episode.originator, episode]));
    this.#clientOfConnection = clientOfConnection;
    this.#silent = new Set(episodes.filter((episode) => episode.request === null));
  }

  find(line: FamilyLine, incident: Incident | null): Episode | null {
    const id = episodeIdIn(line.raw);
    if (id !== null) return this.#byId.get(id) ?? null;
    const client = this.#clientOfConnection.get(line.connectionNumber);
    if (client !== undefined) return this.#idleByOriginator.get(client) ?? null;
    return this.#claimSilent(incident);
  }

  /** The episode of the connection found, when it is still free, otherwise any free one: that will not be right. */
  #claimSilent(incident: Incident | null): Episode | null {
    const free = [...this.#silent];
    const found = free.find(({ originator }) => originator === incident?.stream?.originator) ?? free[0];
    if (found === undefined) return null;
    this.#silent.delete(found);
    return found;
  }
}
