/** Rules are what promtool accepts, fire and keep silent as their cases say, and each alert has a runbook. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findProgram, repositoryRoot } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { alertRules, filesIn, PROMETHEUS_DIR, readYaml } from './deployed.ts';

const RUNBOOKS = join(repositoryRoot(), 'docs', 'runbooks');
const SECTIONS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];
const SEVERITIES = ['page', 'ticket', 'none'];
/** It fires always: that is its use. */
const NEVER_SILENT = ['ResetscopeWatchdog'];

interface CaseFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

const caseFiles = filesIn(join(PROMETHEUS_DIR, 'tests'), '.yml');
const cases = caseFiles.flatMap((path) =>
  readYaml<CaseFile>(path).tests.flatMap(({ alert_rule_test }) => alert_rule_test),
);

describeIf(findProgram('promtool') !== null, 'rules are tested with promtool of Prometheus')('promtool', () => {
  const promtool = (...args: readonly string[]): { readonly status: number | null; readonly output: string } => {
    const { status, stdout, stderr } = spawnSync(findProgram('promtool') ?? '', args, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  test.each([
    { name: 'the configuration', args: ['check', 'config', join(PROMETHEUS_DIR, 'prometheus.yml')] },
    { name: 'the rules', args: ['check', 'rules', ...filesIn(join(PROMETHEUS_DIR, 'rules'), '.yml')] },
    { name: 'every case', args: ['test', 'rules', ...caseFiles] },
  ])('accepts $name', ({ args }) => {
    const { status, output } = promtool(...args);
    expect({ status, output }).toEqual({ status: 0, output: expect.not.stringContaining('FAILED') });
  });
});

describe.each(alertRules.map((rule) => ({ name: rule.alert, rule })))('$name', ({ name, rule }) => {
  test('has a severity, and texts that say where to go on', () => {
    expect(SEVERITIES).toContain(rule.labels['severity']);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'description', 'runbook_url']);
    expect(rule.annotations['runbook_url']).toBe(`{{ $externalLabels.resetscope_runbooks }}/${name}.md`);
  });

  test('has a runbook', () => {
    const path = join(RUNBOOKS, `${name}.md`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    const sections = [...text.matchAll(/^## (.*)\n\n(.*)/gm)];
    expect(sections.map(([, title]) => title)).toEqual(SECTIONS);
    // What is said there can be done: a command to type.
    for (const title of ['Diagnosis', 'Mitigation']) {
      const [, section = ''] = text.split(`## ${title}\n`);
      expect({ title, text: section.split('\n## ')[0] }).toEqual({ title, text: expect.stringMatching(/```|`/) });
    }
  });

  test('has cases in which it fires and in which it is silent', () => {
    const own = cases.filter(({ alertname }) => alertname === name);
    expect(own.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(!NEVER_SILENT.includes(name));
  });
});

test('every runbook is of an alert', () => {
  const names = filesIn(RUNBOOKS, '.md').map((path) => path.slice(RUNBOOKS.length + 1, -'.md'.length));
  expect(names.filter((name) => name !== 'README')).toEqual(alertRules.map(({ alert }) => alert).sort());
});

test('somebody is woken only for harm', () => {
  const paging = alertRules.filter(({ labels }) => labels['severity'] === 'page');
  expect(paging.map(({ alert }) => alert)).toEqual(['ResetscopeTransactionsFailed', 'ResetscopeRetryUnsafeLosses']);
});
