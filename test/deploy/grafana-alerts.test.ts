/** Grafana's alert rules are those of Prometheus. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { expectGolden } from '../golden.ts';
import { alertRules, GRAFANA_DIR, PROMETHEUS_DIR, readYaml } from './deployed.ts';
import { firingQuery, grafanaAlerts } from './grafana-alerts.ts';

const FILE = join(GRAFANA_DIR, 'provisioning', 'alerting', 'rules.yml');
const HEAD = `# One rule for each alert of deploy/prometheus/rules, made from them: UPDATE_GOLDEN=1 npm run jest test/deploy/grafana-alerts
# Grafana sends, Prometheus decides: a rule fires for as long as Prometheus' alert of that name does.
`;

interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const file = readYaml<{ readonly groups: readonly { readonly rules: readonly GrafanaRule[] }[] }>(FILE);
const rules = file.groups.flatMap((group) => group.rules);

test('there is one for each alert, with its severity, texts and runbook', () => {
  const text = HEAD + stringify(grafanaAlerts(alertRules), { lineWidth: 0 });
  expectGolden(FILE, text, '--experimental-vm-modules node_modules/jest/bin/jest.js test/deploy/grafana-alerts');
});

test('nothing in them is taken for a variable of the environment, and no text is empty', () => {
  expect(rules.map(({ title }) => title)).toEqual(alertRules.map(({ alert }) => alert));
  for (const { title, uid, annotations } of rules) {
    expect(uid.length).toBeLessThanOrEqual(40);
    for (const text of Object.values(annotations))
      expect({ title, text }).toEqual({ title, text: expect.stringMatching(/^[^$]+$/) });
  }
});

test('what they ask Prometheus is what its cases try', () => {
  const { tests } = readYaml<{
    readonly tests: readonly { readonly promql_expr_test?: readonly { expr: string }[] }[];
  }>(PROMETHEUS_DIR, 'tests', 'operations.test.yml');
  const tried = tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test).map(({ expr }) => expr);
  expect(tried).toEqual([firingQuery('ResetscopeAppDown')]);
});
