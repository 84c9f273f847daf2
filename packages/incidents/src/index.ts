export type { IncidentCounts } from './counts.ts';
export { type Fingerprint, fingerprint, groupIdOf } from './fingerprint.ts';
export type { IncidentGroup } from './group.ts';
export type { GroupDecision, GroupState } from './group-state.ts';
export type { TopKind, TopValue } from './group-top.ts';
export type { GroupTrend, TrendResolution } from './group-trend.ts';
export type { IncidentBrief, ListedIncident } from './incident-brief.ts';
export {
  DEFAULT_INCIDENT_LIMITS,
  type GroupsQuery,
  type IncidentLimits,
  IncidentStore,
  type ListQuery,
  type NewsOptions,
  type PutOutcome,
  type StoreOptions,
} from './incident-store.ts';
export type { TermName } from './index-term.ts';
export { knownIncidents } from './known-incidents.ts';
export { type GroupEvent, type GroupEventKind, Outbox, type OutboxCounts } from './outbox.ts';
export { routeTemplate } from './route-template.ts';
export type { BriefPage, SearchPage, SearchQuery } from './search.ts';
export type { TrendQuery } from './stored-groups.ts';
export type { NewIncident, StoredIncident } from './stored-incident.ts';
