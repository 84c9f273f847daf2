/**
 * What a receiver is told of a group, as JSON: closed words, counts, addresses, and routes with ids folded. Neither the log line nor
 * query strings leave: they may hold secrets.
 */
import { rfc3339 } from '@resetscope/diagnosis';
import type { GroupEvent, IncidentGroup, StoredIncident, TopKind, TopValue } from '@resetscope/incidents';

/** Of the format; fields may be added within a version. */
const BODY_VERSION = 1;

/** Values told of each kind. */
const TOP_COUNT = 5;

export interface WebhookNews {
  readonly event: GroupEvent;
  readonly group: IncidentGroup;
  /** The newest of the group; null when it was dropped meanwhile. */
  readonly stored: StoredIncident | null;
}

/** pageUrl: null for no links. */
export function webhookBody({ event, group, stored }: WebhookNews, pageUrl: string | null): string {
  return JSON.stringify({
    version: BODY_VERSION,
    id: event.id,
    kind: `group.${event.kind}`,
    at: rfc3339(event.atUs),
    group: aboutGroup(group, pageUrl),
    incident: stored === null ? null : aboutIncident(stored, pageUrl),
  });
}

function aboutGroup(group: IncidentGroup, pageUrl: string | null): object {
  const { id, title, fingerprint, count, unlogged, harms, benign, state } = group;
  const { leg, cause, peer } = fingerprint;
  return {
    id,
    title,
    cause,
    leg,
    peer,
    count,
    unlogged,
    harms,
    benign,
    state: state.kind,
    firstSeen: rfc3339(group.firstSeenUs),
    lastSeen: rfc3339(group.lastSeenUs),
    top: aboutTop(group.top),
    url: pageUrl === null ? null : `${pageUrl}/groups/${id}`,
  };
}

function aboutTop(top: Readonly<Record<TopKind, readonly TopValue[]>>): object {
  const kinds = Object.entries(top).map(([kind, values]) => [
    kind,
    values.slice(0, TOP_COUNT).map(({ value, count }) => ({ value, count })),
  ]);
  return Object.fromEntries(kinds);
}

function aboutIncident({ id, node, incident }: StoredIncident, pageUrl: string | null): object {
  return {
    id,
    node,
    sentence: withoutQueries(incident.sentence),
    harm: incident.harm,
    resetBy: incident.reset?.by ?? null,
    phase: incident.phase,
    confidence: incident.confidence,
    advice: incident.advice,
    url: pageUrl === null ? null : `${pageUrl}/incidents/${encodeURIComponent(id)}`,
  };
}

/** A sentence names a target as it was on the wire. */
function withoutQueries(sentence: string): string {
  return sentence.replace(/\?\S*/g, '?…');
}
