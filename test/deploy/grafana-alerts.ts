/**
 * Grafana's alert rules, made from Prometheus': one rule for each alert, which fires for as long as Prometheus' does. So the
 * conditions are written, and tested, once. Texts are the same but for numbers, which the series ALERTS does not carry.
 */
import type { AlertRule } from './deployed.ts';

const DATASOURCE_UID = 'resetscope-prometheus';
const WATCHDOG = 'ResetscopeWatchdog';

/** What Grafana evaluates its rules with: server-side expressions. */
const EXPRESSION_UID = '__expr__';

/** Object of provisioning/alerting/rules.yml. */
export function grafanaAlerts(rules: readonly AlertRule[]): object {
  const group = { orgId: 1, name: 'resetscope', folder: 'resetscope', interval: '1m' };
  return { apiVersion: 1, groups: [{ ...group, rules: rules.map(grafanaRule) }] };
}

/** PromQL: 1 for each of the alert's instances, with the links that only Prometheus knows as labels. */
export function firingQuery(alert: string): string {
  const watchdog = `max by (resetscope_url, resetscope_runbooks) (ALERTS{alertname="${WATCHDOG}"})`;
  if (alert === WATCHDOG) return `vector(1) unless on () ${watchdog}`;
  const firing = `sum without (alertname, alertstate, severity) (ALERTS{alertname="${alert}", alertstate="firing"})`;
  return `${firing} * on () group_left (resetscope_url, resetscope_runbooks) ${watchdog}`;
}

/** An alert that Prometheus cannot be asked about is one that it cannot raise: the watchdog's rule alone says so. */
function grafanaRule({ alert, labels, annotations }: AlertRule): object {
  const isWatchdog = alert === WATCHDOG;
  return {
    uid: alert.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase(),
    title: alert,
    condition: 'B',
    for: isWatchdog ? '5m' : '0s',
    noDataState: 'OK',
    execErrState: isWatchdog ? 'Alerting' : 'OK',
    labels: { severity: isWatchdog ? 'ticket' : labels['severity'] },
    annotations: isWatchdog ? watchdogTexts(annotations) : mapValues(annotations, grafanaText),
    data: [
      query('A', DATASOURCE_UID, { expr: firingQuery(alert), instant: true, range: false }),
      query('B', EXPRESSION_UID, {
        type: 'threshold',
        expression: 'A',
        conditions: [{ evaluator: { type: 'gt', params: [0] } }],
      }),
    ],
  };
}

/** In Prometheus it says that all is well, here that it is not. Without Prometheus no link is known. */
function watchdogTexts({ runbook_url = '' }: AlertRule['annotations']): object {
  return {
    summary: 'No alerts are evaluated',
    description:
      'Prometheus does not answer, or its rules are not loaded. Until then no other alert of resetscope can come.',
    runbook_url: runbook_url.replace(/^.*\//, 'docs/runbooks/'),
  };
}

function query(refId: string, datasourceUid: string, model: object): object {
  const type = datasourceUid === EXPRESSION_UID ? EXPRESSION_UID : 'prometheus';
  const datasource = { type, uid: datasourceUid };
  return { refId, datasourceUid, relativeTimeRange: { from: 600, to: 0 }, model: { refId, datasource, ...model } };
}

/** Without sentences that tell the number. No dollar is left: provisioning might take it for a variable of the environment. */
function grafanaText(text: string): string {
  const sentences = text.split(/(?<=\S\.) /).filter((sentence) => !sentence.includes('$value'));
  return sentences.join(' ').replaceAll('$externalLabels.', '.Labels.').replaceAll('$labels.', '.Labels.');
}

function mapValues(texts: Readonly<Record<string, string>>, map: (text: string) => string): object {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, map(text)]));
}
