/**
 * Manifests against the schemas of Kubernetes and of the Prometheus operator, as npm carries them (kubernetes-models): values
 * by their validators, and fields that do not exist by TypeScript, which refuses them in a literal of a known type.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as operator from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { makeTempDir, repositoryRoot } from '@resetscope/testkit';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import type { Manifest } from './kubernetes-manifests.ts';

/** Where the models of an apiVersion are. */
const MODULES: Readonly<Record<string, { readonly name: string; readonly models: object }>> = {
  v1: { name: 'kubernetes-models/v1', models: core },
  'apps/v1': { name: 'kubernetes-models/apps/v1', models: apps },
  'autoscaling/v2': { name: 'kubernetes-models/autoscaling/v2', models: autoscaling },
  'networking.k8s.io/v1': { name: 'kubernetes-models/networking.k8s.io/v1', models: networking },
  'policy/v1': { name: 'kubernetes-models/policy/v1', models: policy },
  'monitoring.coreos.com/v1': {
    name: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
    models: operator,
  },
};

type Model = new (data: object) => { validate(): void };

/** What is wrong with the values of a manifest; null: nothing. @throws Error for a kind that no schema is known of. */
export function valueProblem(manifest: Manifest): string | null {
  const model = (moduleOf(manifest).models as Readonly<Record<string, Model | undefined>>)[manifest.kind];
  if (model === undefined) throw new Error(`expected a schema of ${manifest.apiVersion} ${manifest.kind}, got none`);
  try {
    new model(manifest).validate();
    return null;
  } catch (error) {
    return `${manifest.kind} ${manifest.metadata.name}: ${(error as Error).message}`;
  }
}

/** What TypeScript says of all of them: fields that do not exist, and whatever else does not fit. Empty: nothing. */
export async function fieldProblems(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const dir = await makeTempDir('resetscope-manifests-');
  try {
    await writeFile(join(dir.path, 'tsconfig.json'), JSON.stringify(tsconfig()));
    await Promise.all(
      manifests.map((manifest, at) => writeFile(join(dir.path, `manifest-${at}.ts`), source(manifest))),
    );
    const tsc = join(repositoryRoot(), 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', dir.path, '--pretty', 'false']).catch(
      (error: { readonly stdout: string }) => error,
    );
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    await dir.remove();
  }
}

function moduleOf({ apiVersion }: Manifest): { readonly name: string; readonly models: object } {
  const module = MODULES[apiVersion];
  if (module === undefined) throw new Error(`expected a schema of ${apiVersion}, got none`);
  return module;
}

function source(manifest: Manifest): string {
  const type = `I${manifest.kind}`;
  const literal = JSON.stringify(manifest, null, 1);
  return `import type { ${type} } from '${moduleOf(manifest).name}';\nexport const manifest: ${type} = ${literal};\n`;
}

function tsconfig(): object {
  const modules = join(repositoryRoot(), 'node_modules');
  return {
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      skipLibCheck: true,
      types: [],
      paths: Object.fromEntries(
        ['kubernetes-models', '@kubernetes-models/prometheus-operator'].map((name) => [
          `${name}/*`,
          [join(modules, name, '*', 'index.d.ts')],
        ]),
      ),
    },
    include: ['*.ts'],
  };
}
