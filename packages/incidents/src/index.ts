export type { IncidentCounts } from './counts.ts';
export { type Fingerprint, fingerprint, groupIdOf } from './fingerprint.ts';
export type { IncidentGroup } from './group.ts';
export {
  DEFAULT_INCIDENT_LIMITS,
  type IncidentLimits,
  IncidentStore,
  type ListQuery,
  type PutOutcome,
} from './incident-store.ts';
export { routeTemplate } from './route-template.ts';
export type { NewIncident, StoredIncident } from './stored-incident.ts';
