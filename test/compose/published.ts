/** The web app's and Prometheus' answers, at the addresses that docker-compose.yml publishes. */
import type { IncidentCounts, StoredIncident } from '@resetscope/incidents';

export const PAGE_URL = 'http://127.0.0.1:9150';
const PROMETHEUS_URL = 'http://127.0.0.1:9090';

export interface NewestIncidents {
  readonly incidents: readonly StoredIncident[];
  readonly counts: IncidentCounts;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
}

export function newestIncidents(): Promise<NewestIncidents> {
  return getJson(`${PAGE_URL}/api/incidents?limit=100`);
}

/** What an expression of PromQL gives now. */
export async function queryPrometheus(expression: string): Promise<readonly Sample[]> {
  const url = `${PROMETHEUS_URL}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const answer = await getJson<{ readonly data: { readonly result: readonly Sample[] } }>(url);
  return answer.data.result;
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
