/** What is deployed for Prometheus and Grafana, as the files say it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';
import { parse } from 'yaml';

export const PROMETHEUS_DIR: string = join(repositoryRoot(), 'deploy', 'prometheus');
export const GRAFANA_DIR: string = join(repositoryRoot(), 'deploy', 'grafana');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly (AlertRule | RecordingRule)[] }[];
}

export function readYaml<T>(...path: readonly string[]): T {
  return parse(readFileSync(join(...path), 'utf8')) as T;
}

/** Absolute paths of a folder's files with this ending, in order. */
export function filesIn(dir: string, ending: string): readonly string[] {
  const names = readdirSync(dir).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(dir, name));
}

const rules = filesIn(join(PROMETHEUS_DIR, 'rules'), '.yml').flatMap((path) =>
  readYaml<RuleFile>(path).groups.flatMap((group) => group.rules),
);

export const alertRules: readonly AlertRule[] = rules.filter((rule) => 'alert' in rule);
export const recordingRules: readonly RecordingRule[] = rules.filter((rule) => 'record' in rule);
