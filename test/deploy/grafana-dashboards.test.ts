/** Dashboards and provisioning as Grafana documents them; their queries are run by prometheus-live.test.ts. */
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { dashboards, type Panel } from './dashboard.ts';
import { GRAFANA_DIR, readYaml } from './deployed.ts';

const PROVISIONING = join(GRAFANA_DIR, 'provisioning');

/** Columns of a dashboard (Grafana documentation, "Dashboard JSON model": panel size and position). */
const COLUMNS = 24;
const PANEL_TYPES = ['row', 'stat', 'timeseries', 'table', 'heatmap', 'alertlist'];
/** Panels without a query: a heading, and the list of Grafana's own alerts. */
const WITHOUT_QUERY = ['row', 'alertlist'];

function overlap(a: Panel['gridPos'], b: Panel['gridPos']): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe.each(dashboards)('$name', ({ dashboard, text }) => {
  const { panels } = dashboard;

  test('is a dashboard that no other instance has marked as its own', () => {
    expect(dashboard).toMatchObject({ schemaVersion: 39, uid: expect.stringMatching(/^[a-z-]{1,40}$/) });
    expect(dashboard).not.toHaveProperty('id');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test('places its panels beside each other', () => {
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(COLUMNS);
    const pairs = panels.flatMap((a, index) => panels.slice(index + 1).map((b) => [a, b] as const));
    expect(pairs.filter(([a, b]) => overlap(a.gridPos, b.gridPos)).map(([a, b]) => [a.title, b.title])).toEqual([]);
  });

  test.each(panels.map((panel) => ({ title: panel.title, panel })))(
    '$title: asks the chosen data source',
    ({ panel }) => {
      expect(PANEL_TYPES).toContain(panel.type);
      expect((panel.targets ?? []).length === 0).toBe(WITHOUT_QUERY.includes(panel.type));
      if (panel.type !== 'row') expect(panel.description).toMatch(/\.$/);
      for (const target of panel.targets ?? []) {
        expect(target.datasource).toEqual({ type: 'prometheus', uid: `\${datasource}` });
      }
      expect(new Set(panel.targets?.map(({ refId }) => refId)).size).toBe(panel.targets?.length ?? 0);
    },
  );

  test('uses only variables that it has, and Grafana’s own', () => {
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name);
    const own = dashboard.templating.list.map(({ name }) => name);
    const known = [...own, '__rate_interval', '__range', '__data'];
    expect([...new Set(used)].filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(used).toEqual(expect.arrayContaining(own));
  });

  test('leads to resetscope’s page', () => {
    expect(dashboard.links.map(({ url }) => url)).toContain(`\${page}/`);
  });
});

test('dashboards have addresses of their own, and lead to one another', () => {
  const uids = dashboards.map(({ dashboard }) => dashboard.uid);
  expect(new Set(uids).size).toBe(dashboards.length);
  const linked = dashboards.flatMap(({ dashboard }) => dashboard.links.map(({ url }) => url));
  expect(linked.filter((url) => url.startsWith('/d/')).sort()).toEqual(uids.map((uid) => `/d/${uid}`).sort());
});

test('the data source makes an incident of an exemplar', () => {
  expect(readYaml(PROVISIONING, 'datasources', 'prometheus.yml')).toMatchObject({
    apiVersion: 1,
    datasources: [
      {
        uid: 'resetscope-prometheus',
        type: 'prometheus',
        access: 'proxy',
        jsonData: {
          exemplarTraceIdDestinations: [{ name: 'incident_id', url: `\${RESETSCOPE_URL}/incidents/$\${__value.raw}` }],
        },
      },
    ],
  });
});

test('dashboards are read from the folder that the provider names', () => {
  expect(readYaml(PROVISIONING, 'dashboards', 'resetscope.yml')).toMatchObject({
    apiVersion: 1,
    providers: [{ name: 'resetscope', type: 'file', options: { path: '/etc/grafana/dashboards' } }],
  });
});
