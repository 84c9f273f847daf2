/**
 * Looks at the connections whose first reset was in one second of a node's ring, and keeps those that lost data and that no line
 * speaks of (nginx-error-log section 6.3). It may be run any number of times by anybody: a connection is held in Redis before its
 * incident is stored, a line that claims it wins, and whichever of the two comes last takes the incident back. It does not look
 * for what ends with a FIN or in silence: indexes list neither.
 */
import {
  type QuietCase,
  quietCase,
  requestOnOtherLeg,
  type UnloggedIncident,
  unloggedIncident,
} from '@resetscope/diagnosis';
import type { Ending, TcpStream } from '@resetscope/flow';
import type { IncidentStore } from '@resetscope/incidents';
import { evidenceNotes, evidencePcapng, ladderRows } from '@resetscope/report';
import type { Coverage, RingReader, TimeWindow } from '@resetscope/ring';
import { type Claims, connectionKeyOf } from './claims.ts';
import { lostIn } from './ring-answer.ts';
import { AFTERMATH_US, surroundingsOf } from './ring-candidates.ts';
import { lackBeginning, type RingStream, readStreams, readStreamsDeep } from './ring-streams.ts';
import { fairShare, type ResetConnection, sortResets } from './unlogged-candidates.ts';
import type { Look, UnloggedEvents } from './unlogged-events.ts';
import { unloggedIncidentId } from './unlogged-incident-id.ts';
import type { Sides } from './unlogged-sides.ts';
import type { ToldByLines } from './unlogged-told.ts';

/** Work for one second of the ring at most, shared out by peer; what is beyond is counted as undecided-storm. */
const MAX = {
  /** Connections whose claims are asked for: one MGET. */
  asked: 5000,
  /** Connections read. */
  read: 100,
  /** Of these, those whose beginning is looked for far back. */
  readDeep: 5,
} as const;

export interface SecondParts {
  readonly node: string;
  readonly ring: RingReader;
  readonly claims: Claims;
  readonly told: ToldByLines;
  readonly sides: Sides;
  /** As quietCase takes it. */
  readonly logsClients: boolean | null;
  readonly store: IncidentStore;
  readonly events: UnloggedEvents;
}

/** A connection that was read, with its first reset. */
interface Ended extends RingStream {
  readonly reset: Ending;
  /** Its beginning may be in the ring and was not looked for. */
  readonly isShort: boolean;
}

export class UnloggedSecond {
  private readonly parts: SecondParts;
  private readonly window: TimeWindow;
  private readonly coverage: Coverage;

  /** window: a whole second, long enough ago that the lines about it have come (UnloggedWatcher). */
  constructor(parts: SecondParts, window: TimeWindow, coverage: Coverage) {
    this.parts = parts;
    this.window = window;
    this.coverage = coverage;
  }

  /** Resolves to how many connections were read, when all that was found is stored. @throws RingUnavailableError, what Redis answers */
  async look(): Promise<number> {
    const { events, ring, sides } = this.parts;
    const { connections, refused, strangers } = sortResets(await ring.resets(this.window), sides);
    events.looked('refused', refused);
    events.looked('undecided-sides', strangers);
    const unclaimed = await this.unclaimed(this.share(connections, MAX.asked));
    const wanted = this.share(unclaimed, MAX.read);
    const ended = await this.read(wanted);
    if (ended.length > 0) await this.judge(ended);
    return wanted.length;
  }

  private share(connections: readonly ResetConnection[], max: number): readonly ResetConnection[] {
    const shared = fairShare(connections, max);
    this.parts.events.looked('undecided-storm', connections.length - shared.length);
    return shared;
  }

  /** Those that no line has claimed as far as their reset tells; what began to end before it is asked for again. */
  private async unclaimed(connections: readonly ResetConnection[]): Promise<readonly ResetConnection[]> {
    const { claims, events } = this.parts;
    const owners = await claims.ownersAt(connections.map((connection) => [connection, connection.firstResetUs]));
    const open: ResetConnection[] = [];
    for (const [i, connection] of connections.entries()) {
      const owner = owners[i] ?? null;
      if (owner === null || owner.kind === 'unlogged') open.push(connection);
      else if (owner.kind === 'line') await this.yieldTo(owner.replaces);
    }
    events.looked('claimed', connections.length - open.length);
    return open;
  }

  private async read(connections: readonly ResetConnection[]): Promise<readonly Ended[]> {
    const { ring, events } = this.parts;
    const { fromUs, toUs } = this.window;
    const window = { fromUs, toUs: toUs + AFTERMATH_US };
    const ended: Ended[] = [];
    let deepLeft = MAX.readDeep;
    for (const key of connections) {
      const responders = new Set([key.responder]);
      const near = await readStreams(ring, key, window, responders);
      const lacks = lackBeginning(near);
      const isDeep = lacks && deepLeft-- > 0;
      const found = isDeep ? await readStreamsDeep(ring, key, window, responders) : near;
      if (found.every(({ stream }) => stream.rstCount === 0)) events.looked('undecided-forgotten', 1);
      for (const { stream, frames } of found) {
        const reset = stream.endings.find(({ kind }) => kind === 'rst');
        // A connection is looked at in the second of its first reset.
        if (reset === undefined || reset.tsUs < fromUs || reset.tsUs >= toUs) continue;
        ended.push({ stream, frames, reset, isShort: lacks && !isDeep && !stream.sawSyn });
      }
    }
    return ended;
  }

  private async judge(ended: readonly Ended[]): Promise<void> {
    const { ring, sides, logsClients, events } = this.parts;
    const { fromUs, toUs } = this.window;
    const resets = await ring.resets({ fromUs, toUs: toUs + AFTERMATH_US });
    const context = {
      surroundings: surroundingsOf(
        ended.map(({ stream }) => stream),
        resets,
      ),
      notices: [],
      logsClients,
    };
    for (const one of ended) {
      const leg = sides.legOf(one.stream);
      const look = leg === null ? 'undecided-sides' : await this.lookOf(one, quietCase(one.stream, leg, context));
      events.looked(look, 1);
    }
  }

  private async lookOf(one: Ended, quiet: QuietCase | null): Promise<Look> {
    const { node, told } = this.parts;
    const { stream, isShort } = one;
    if (quiet?.found == null) return isShort && stream.last.exchange === null ? 'undecided-storm' : 'healthy';
    if (this.hasGap(stream)) return 'undecided-gap';
    const request = requestOnOtherLeg(stream, quiet.file.leg);
    if (request !== null && (await told.spokeOf(node, request, quiet.endUs))) return 'explained';
    const lost = lostIn({ fromUs: stream.firstUs, toUs: stream.lastUs + 1 }, this.coverage);
    return this.keep(one, unloggedIncident(quiet.file, quiet.found, lost));
  }

  /** A response that the capture has lost looks like one that the client has lost. */
  private hasGap({ firstUs, lastUs }: TcpStream): boolean {
    return this.coverage.gaps.some((gap) => gap.fromUs <= lastUs && gap.toUs > firstUs);
  }

  /** Holds the connection, stores the incident, and looks whether a line has come in between. */
  private async keep({ stream, frames, reset }: Ended, incident: UnloggedIncident): Promise<Look> {
    const { node, claims, store, events } = this.parts;
    const id = unloggedIncidentId(node, connectionKeyOf(stream), reset.tsUs);
    const isHeld = await claims.hold(stream, id);
    if (isHeld) {
      const notes = evidenceNotes(incident.evidence);
      const outcome = await store.put({
        id,
        node,
        createdAtUs: Math.round((performance.timeOrigin + performance.now()) * 1000),
        resetTsUs: reset.tsUs,
        incident: { ...incident, ladder: ladderRows(stream, notes) },
        evidence: evidencePcapng(frames, notes, incident.sentence),
        logged: false,
      });
      if (outcome === 'created') events.unloggedFound(incident, id);
    }
    const owner = await claims.ownerOf(stream);
    if (owner?.kind === 'line') await this.yieldTo(id);
    return isHeld && owner?.kind !== 'line' ? 'unlogged' : 'claimed';
  }

  private async yieldTo(incidentId: string | null): Promise<void> {
    if (incidentId !== null && (await this.parts.store.takeBack(incidentId))) this.parts.events.unloggedReplaced();
  }
}
