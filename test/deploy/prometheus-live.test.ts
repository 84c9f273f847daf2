/**
 * The deployed rules and dashboards against the real apps: a real Prometheus scrapes them while the demo's traffic runs. Every
 * metric that is asked for is exported, every panel has data, every rule can be evaluated, every exemplar has its page.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canCapture, hasProgram, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { dashboards, panelQueries } from './dashboard.ts';
import { type DemoProcess, startDemoProcess } from './demo-process.ts';
import { alertRules, PROMETHEUS_DIR, readYaml, recordingRules } from './deployed.ts';
import { firingQuery } from './grafana-alerts.ts';
import { PrometheusServer } from './prometheus-server.ts';
import { promqlNames } from './promql-names.ts';

/** Prometheus, demo, and windows of rates that have to fill, on two busy cores. */
const TIMEOUT_MS = 120_000;

/** Of the values that Grafana puts in: the shortest that has samples of a scrape a second. */
const GRAFANA_VARIABLES: readonly (readonly [string, string])[] = [
  ['$__rate_interval', '10s'],
  ['$__range', '1m'],
];

/** Panels without data in half a minute of a demo in which all is well. */
const EMPTY: Readonly<Record<string, string>> = {
  'resetscope-operations: Packets B': 'every packet of the demo is one of TCP, on one interface',
  'resetscope-overview: Reset ratio and what is usual B': 'what is usual is known after an hour',
  'resetscope-overview: Lines without a connection, by reason A': 'every line of the demo is matched',
  'resetscope-overview: Losses that nginx did not log A': 'nginx logs every loss of the demo',
};

const canRun = canCapture() && ['nginx', 'redis-server', 'prometheus'].every(hasProgram);

describeIf(canRun, 'needs CAP_NET_RAW, nginx, redis-server and prometheus')('Prometheus beside the demo', () => {
  let receiver: Server;
  let demo: DemoProcess;
  let prometheus: PrometheusServer;
  let sinceSeconds = 0;
  const externalLabels = { resetscope_url: 'http://page.example', resetscope_runbooks: 'docs/runbooks' };

  beforeAll(async () => {
    receiver = createServer((request, response) => request.resume().on('end', () => response.writeHead(204).end()));
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    sinceSeconds = Date.now() / 1000;
    demo = await startDemoProcess({
      RESETSCOPE_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      RESETSCOPE_WEBHOOK_SECRET: 'a secret of this test',
    });
    prometheus = await PrometheusServer.start({ targets: demo.metrics, externalLabels });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await prometheus?.stop();
    await demo?.stop();
    receiver?.close();
  });

  test('its jobs are called as those that are deployed', () => {
    const { scrape_configs } = readYaml<{ scrape_configs: readonly { job_name: string }[] }>(
      PROMETHEUS_DIR,
      'prometheus.yml',
    );
    const deployed = scrape_configs.map(({ job_name }) => job_name);
    expect(deployed).toEqual(expect.arrayContaining(Object.keys(demo.metrics)));
  });

  test('every metric that rules and dashboards name is exported, or recorded', async () => {
    const texts = await Promise.all(
      Object.values(demo.metrics).map(async (address) => (await fetch(`http://${address}/metrics`)).text()),
    );
    const types = texts.flatMap((text) => [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]);
    // OpenMetrics declares a counter without the ending of its samples.
    const exported = new Set(
      types.map(([, name, type]) => (type === 'counter' ? `${name?.replace(/_total$/, '')}_total` : name)),
    );
    const recorded = new Set(recordingRules.map(({ record }) => record));
    const exprs = [...alertRules, ...recordingRules, ...panelQueries].map(({ expr }) => expr);
    const names = exprs.map(promqlNames);
    const missing = [
      ...names.flatMap((one) => one.exported.filter((name) => !exported.has(name))),
      ...names.flatMap((one) => one.recorded.filter((name) => !recorded.has(name))),
    ];
    expect([...new Set(missing)]).toEqual([]);
    expect(names.flatMap((one) => one.exported).length).toBeGreaterThan(80);
  });

  test(
    'every panel has data',
    async () => {
      expect(Object.keys(EMPTY).filter((name) => !panelQueries.some((query) => query.name === name))).toEqual([]);
      let waiting = panelQueries.filter(({ name }) => !(name in EMPTY));
      const ask = async (): Promise<boolean> => {
        const answers = await Promise.all(
          waiting.map(async (query) => {
            const samples = await prometheus.query(filledIn(query.expr), query.instant ? null : sinceSeconds);
            return { query, isEmpty: samples.length === 0 };
          }),
        );
        waiting = answers.filter(({ isEmpty }) => isEmpty).map(({ query }) => query);
        return waiting.length === 0;
      };
      await waitUntil(ask, { what: 'data', timeoutMs: TIMEOUT_MS / 2 }).catch(() => undefined);
      expect(waiting.map(({ name }) => name)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test('panels that may be empty, and annotations, can be asked for', async () => {
    const annotations = dashboards.flatMap(({ dashboard }) =>
      dashboard.annotations.list.flatMap(({ expr }) => expr ?? []),
    );
    const rest = panelQueries.filter(({ name }) => name in EMPTY).map(({ expr }) => filledIn(expr));
    for (const expr of [...rest, ...annotations]) await prometheus.query(expr, sinceSeconds);
  });

  test('every rule is loaded and can be evaluated', async () => {
    const rules = await prometheus.rules();
    expect(rules.map(({ name }) => name).sort()).toEqual(
      [...alertRules.map(({ alert }) => alert), ...recordingRules.map(({ record }) => record)].sort(),
    );
    expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
    for (const { expr } of [...alertRules, ...recordingRules]) await prometheus.query(expr, null);
  });

  test('Grafana’s rules can be asked for, find the way to the page, and the watchdog’s is silent', async () => {
    const query = 'label_values(ALERTS{alertname="ResetscopeWatchdog"}, resetscope_url)';
    const definitions = dashboards.map(
      ({ dashboard }) => dashboard.templating.list.find(({ name }) => name === 'page')?.definition,
    );
    expect(definitions).toEqual(dashboards.map(() => query));
    const [watchdog] = await prometheus.query('ALERTS{alertname="ResetscopeWatchdog"}', null);
    expect(watchdog?.labels).toMatchObject(externalLabels);
    for (const { alert } of alertRules) await prometheus.query(firingQuery(alert), null);
    expect(await prometheus.query(firingQuery('ResetscopeWatchdog'), null)).toEqual([]);
  });

  test.each(panelQueries.filter(({ exemplar }) => exemplar === true))(
    '$name: a diamond leads to an incident',
    async ({ expr }) => {
      const [exemplar] = await prometheus.exemplars(filledIn(expr), sinceSeconds);
      const page = await fetch(`http://${demo.metrics['web']}/incidents/${exemplar?.labels['incident_id']}`);
      expect(page.status).toBe(200);
    },
  );
});

/** As Grafana does before it asks. */
function filledIn(expr: string): string {
  return GRAFANA_VARIABLES.reduce((text, [name, value]) => text.replaceAll(name, value), expr);
}
