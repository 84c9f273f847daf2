/** What the rules about several connections of one upstream that end in the same moment share. */
import { endpointText } from '@resetscope/wire';
import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import { Confidence, type Finding, type Rival } from '../rule.ts';
import { peerFin, peerReset, requestClaim } from './reset-facts.ts';

/** Two others with this one make a group (docs/verdicts.md: several connections in the same millisecond). */
const OTHERS_MIN = 1;

export function diedTogether(c: CaseFile, refuses: boolean, rivals: readonly Rival[]): Finding | null {
  const end = peerReset(c) ?? peerFin(c);
  if (c.leg !== 'upstream' || end === null || c.exchange === null || c.exchange.responseState !== 'none') return null;
  const others = c.surroundings.diedTogether(c.stream, end.tsUs);
  if (others < OTHERS_MIN || end.shape === 'stateless') return null;
  const refused = c.surroundings.refusedSoonAfter(c.stream.responder, end.tsUs);
  if (refused !== refuses) return null;
  const { address, port } = c.stream.responder;
  const group = evidence(
    c.stream,
    `${others + 1} connections of ${endpointText(address, port)} ended within 2.5 ms`,
    end.frameNumber,
  );
  const after = evidence(c.stream, 'the same port refused new connections afterwards', end.frameNumber);
  const shared = [requestClaim(c), group] as const;
  return {
    by: end.kind === 'rst' ? 'upstream' : null,
    confidence: Confidence.medium,
    evidence: refused ? [...shared, after] : [...shared],
    rivals,
  };
}
