/** Dashboards as Grafana reads them: what tests look at of its JSON model. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesIn, GRAFANA_DIR } from './deployed.ts';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly instant: boolean;
  readonly exemplar?: boolean;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly links: readonly { readonly url: string }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
  readonly panels: readonly Panel[];
}

export interface DashboardFile {
  readonly name: string;
  readonly text: string;
  readonly dashboard: Dashboard;
}

/** A query of a panel, with a name for messages. */
export interface PanelQuery extends Target {
  readonly name: string;
}

export const dashboards: readonly DashboardFile[] = filesIn(join(GRAFANA_DIR, 'dashboards'), '.json').map((path) => {
  const text = readFileSync(path, 'utf8');
  return { name: basename(path), text, dashboard: JSON.parse(text) as Dashboard };
});

export const panelQueries: readonly PanelQuery[] = dashboards.flatMap(({ dashboard }) =>
  dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map((target) => ({ ...target, name: `${dashboard.uid}: ${title} ${target.refId}` })),
  ),
);
