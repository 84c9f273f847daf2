/** Answers of a later look with nginx's other connection for the same request: its ladder, and its packets behind the evidence. */
import type { AccessLog, Incident, Match } from '@resetscope/diagnosis';
import { evidenceNotes, evidencePcapng, type LegPlace, otherLeg } from '@resetscope/report';
import type { RingReader } from '@resetscope/ring';
import type { LegBudget } from './leg-budget.ts';
import { type RingLeg, readOtherLeg } from './leg-reader.ts';
import type { RingStream } from './ring-streams.ts';

/** What an answer says of the connection, and the connection with its packets. */
export interface LegAnswer {
  readonly incident: Incident;
  readonly evidence: Uint8Array | null;
}

export class BothLegs {
  private readonly ring: RingReader;
  private readonly budget: LegBudget;
  private readonly accessLog: AccessLog | null;

  /** accessLog: of the lines to be answered. */
  constructor(ring: RingReader, budget: LegBudget, accessLog: AccessLog | null) {
    this.ring = ring;
    this.budget = budget;
    this.accessLog = accessLog;
  }

  /** own: all that was read with the matched connection. The answer as it is where nothing shows the other leg, and in a storm. @throws RingUnavailableError */
  async complete<Answer extends LegAnswer>(answer: Answer, match: Match, own: readonly RingStream[]): Promise<Answer> {
    if (match.kind !== 'matched' || !this.budget.take()) return answer;
    const { stream } = match.best;
    const ownStream = own.find((one) => one.stream === stream);
    const leg = ownStream === undefined ? null : await readOtherLeg(match, this.ring, this.accessLog);
    if (leg === null || ownStream === undefined) return answer;
    const together = own.filter(({ frames }) => frames === ownStream.frames);
    const place: LegPlace = { frames: ownStream.frames.length, streams: together.length };
    const incident = { ...answer.incident, otherLeg: otherLeg(leg.found, stream, place) };
    return { ...answer, incident, evidence: evidenceOf(incident, ownStream, leg, place) };
  }
}

/** The other connection's packets come after the own ones, so that those keep their numbers. */
function evidenceOf(incident: Incident, own: RingStream, { ringStream }: RingLeg, place: LegPlace): Uint8Array {
  const others = ringStream.frames.map((frame) => ({ ...frame, frameNumber: frame.frameNumber + place.frames }));
  return evidencePcapng([...own.frames, ...others], evidenceNotes(incident.evidence), incident.sentence);
}
