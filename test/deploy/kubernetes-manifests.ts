/** The manifests of deploy/kubernetes as data. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';
import { parseAllDocuments } from 'yaml';

export const KUBERNETES: string = join(repositoryRoot(), 'deploy', 'kubernetes');

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what the tests ask for
  readonly [field: string]: any;
}

export type Labels = Readonly<Record<string, string>>;

/** Folders with manifests of their own. */
export const FOLDERS = ['base', 'components/monitoring', 'overlays/example'] as const;

/** YAML files of a folder but its kustomization. */
export function manifestFiles(folder: string): readonly string[] {
  return readdirSync(join(KUBERNETES, folder)).filter(
    (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
  );
}

/** @throws Error for what is no YAML, a key that is there twice, an alias across documents. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return document.toJS() as Manifest;
  });
}

export function readManifests(file: string): readonly Manifest[] {
  return parseManifests(readFileSync(join(KUBERNETES, file), 'utf8'));
}

export function allManifests(): readonly Manifest[] {
  return FOLDERS.flatMap((folder) => manifestFiles(folder).flatMap((name) => readManifests(join(folder, name))));
}

/** What make-secrets.sh prints, as it is applied to a cluster. */
export function madeSecrets(): readonly Manifest[] {
  return parseManifests(execFileSync(join(KUBERNETES, 'make-secrets.sh'), { encoding: 'utf8' }));
}

/** Manifests that make pods. */
export function workloads(): readonly Manifest[] {
  return allManifests().filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom: { readonly secretKeyRef?: { name: string; key: string } };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly resources: { readonly requests: Labels; readonly limits: Labels };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly tcpSocket?: { readonly port: string };
}

export function containersOf(workload: Manifest): readonly Container[] {
  return workload['spec'].template.spec.containers;
}

/** @throws Error when there is none of that name. */
export function container(name: string): Container {
  const found = workloads()
    .flatMap(containersOf)
    .find((one) => one.name === name);
  if (found === undefined) throw new Error(`expected a container ${name}, got none`);
  return found;
}

/** Variables of a container, those from secrets with the values given. */
export function environmentOf({ env = [] }: Container, secrets: readonly Manifest[]): Readonly<Record<string, string>> {
  const secretOf = (name: string, key: string): string => {
    const value: unknown = secrets.find(({ metadata }) => metadata.name === name)?.['stringData'][key];
    if (typeof value !== 'string') throw new Error(`expected make-secrets.sh to make ${name}/${key}`);
    return value;
  };
  return Object.fromEntries(
    env.map(({ name, valueFrom: { secretKeyRef } }) => [
      name,
      secretKeyRef === undefined ? 'pod-1' : secretOf(secretKeyRef.name, secretKeyRef.key),
    ]),
  );
}
