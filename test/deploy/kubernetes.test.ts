/** deploy/kubernetes against the schemas of Kubernetes, the apps' own flags and ports, and what its README claims. */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readNginxConfig } from '@resetscope/nginx-config';
import { makeTempDir, repositoryRoot } from '@resetscope/testkit';
import { parse } from 'yaml';
import { resolveOptions as captureOptions } from '../../apps/capture/src/options.ts';
import { checkMemory, ringBudget } from '../../apps/cli/src/doctor/memory-check.ts';
import { nginxFacts } from '../../apps/cli/src/doctor/nginx-facts.ts';
import { checkCapture } from '../../apps/cli/src/host-checks.ts';
import { Capability } from '../../apps/cli/src/process-rights.ts';
import { resolveOptions as correlatorOptions } from '../../apps/correlator/src/options.ts';
import { resolveOptions as tailerOptions } from '../../apps/tailer/src/options.ts';
import { readConfig as webOptions } from '../../apps/web/src/config.ts';
import { documentedUsers } from '../redis/documented-users.ts';
import {
  allManifests,
  type Container,
  container,
  containersOf,
  environmentOf,
  FOLDERS,
  KUBERNETES,
  type Manifest,
  madeSecrets,
  manifestFiles,
  workloads,
} from './kubernetes-manifests.ts';
import { fieldProblems, valueProblem } from './kubernetes-schema.ts';
import { maySpeak, type Peer } from './network-policies.ts';

const SECRETS = madeSecrets();
const MANIFESTS = [...allManifests(), ...SECRETS];

describe('schemas', () => {
  test('every value fits', () => {
    expect(MANIFESTS.map(valueProblem).filter((problem) => problem !== null)).toEqual([]);
  });

  test('every field exists', async () => {
    expect(await fieldProblems(MANIFESTS)).toEqual([]);
  });

  test('a wrong value and an unknown field are seen, however deep', async () => {
    const web = structuredClone(
      MANIFESTS.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'web')!,
    );
    web['spec'].template.spec.containers[0].ports[0].containerPort = 'http';
    expect(valueProblem(web)).toMatch(/^Deployment web: .*containerPort/);
    web['spec'].template.spec.containers[0].securityContext.readOnlyRootFileSystem = true;
    expect((await fieldProblems([web])).join('\n')).toContain('readOnlyRootFileSystem');
  });
});

describe('kustomizations', () => {
  test.each(FOLDERS)('%s names what is there, all of it, and nothing else', (folder) => {
    const text = readFileSync(join(KUBERNETES, folder, 'kustomization.yaml'), 'utf8');
    const { resources = [], components = [], ...rest } = parse(text) as Readonly<Record<string, string[]>>;
    const known = ['apiVersion', 'kind', 'namespace', 'images', 'replicas', 'patches'];
    expect(Object.keys(rest).filter((key) => !known.includes(key))).toEqual([]);
    const files = resources.filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).toEqual([...manifestFiles(folder)].sort());
    const folders = [...resources.filter((name) => !name.endsWith('.yaml')), ...components];
    expect(folders.filter((name) => !existsSync(join(KUBERNETES, folder, name, 'kustomization.yaml')))).toEqual([]);
  });

  test('the overlay changes what is there: images, replicas, patches', () => {
    const overlay = parse(readFileSync(join(KUBERNETES, 'overlays/example/kustomization.yaml'), 'utf8'));
    const named = (kind: string, name: string): Manifest | undefined =>
      MANIFESTS.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    const images = new Set(
      workloads()
        .flatMap(containersOf)
        .map(({ image }) => image.split(':')[0]),
    );
    for (const { name } of overlay.images) expect(images).toContain(name);
    for (const { name } of overlay.replicas) expect(named('Deployment', name)).toBeDefined();
    for (const { target, patch } of overlay.patches) {
      const manifest = named(target.kind, target.name);
      for (const { op, path } of parse(patch) as readonly { readonly op: string; readonly path: string }[]) {
        const keys = path.slice(1).split('/');
        const parent = keys
          .slice(0, -1)
          .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], manifest);
        expect([op, keys.at(-1), Array.isArray(parent)]).toEqual(['add', '-', true]);
      }
    }
  });

  test('the flags that the overlay adds are flags of web', () => {
    const overlay = parse(readFileSync(join(KUBERNETES, 'overlays/example/kustomization.yaml'), 'utf8'));
    const added = (overlay.patches as readonly { readonly patch: string }[]).flatMap(({ patch }) =>
      (parse(patch) as readonly { readonly value: string }[]).map(({ value }) => value),
    );
    const { args = [], ...web } = container('web');
    const config = webOptions([...args.slice(1), ...added], environmentOf({ ...web, args }, SECRETS));
    expect(config).toMatchObject({ pageUrl: 'https://resetscope.example.com', trustedProxies: ['10.0.0.0/8'] });
  });
});

const SURROUNDINGS = { hostname: 'pod-1', isRoot: true };

/** What each app makes of its arguments and variables: where it listens. @throws ClearError for a flag it does not take. */
const LISTENS: Readonly<Record<string, (args: readonly string[], env: Readonly<Record<string, string>>) => string>> = {
  tailer: (args, env) => addressOf(tailerOptions(args, { env, ...SURROUNDINGS }).metricsListen),
  capture: (args, env) => addressOf(captureOptions(args, { env, ...SURROUNDINGS }).metricsListen),
  correlator: (args, env) => addressOf(correlatorOptions(args, env).metricsListen),
  web: (args, env) => addressOf(webOptions(args, env).listen),
};

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}

const OURS = workloads()
  .flatMap(containersOf)
  .filter(({ image }) => image.startsWith('resetscope:'));

describe('apps', () => {
  test('all four are there, in the version of this repository', () => {
    expect(OURS.map(({ name }) => name).sort()).toEqual(['capture', 'correlator', 'tailer', 'web']);
    const { version } = JSON.parse(readFileSync(join(repositoryRoot(), 'package.json'), 'utf8'));
    expect(new Set(OURS.map(({ image }) => image))).toEqual(new Set([`resetscope:${version}`]));
  });

  test.each(OURS.map((one) => [one.name, one] as const))(
    '%s takes its flags and listens on the port it names',
    (name, one) => {
      const [app = '', ...args] = one.args ?? [];
      expect(app).toBe(name);
      const port = one.ports?.[0]?.containerPort;
      expect(LISTENS[app]?.(args, environmentOf(one, SECRETS))).toBe(`0.0.0.0:${port}`);
    },
  );

  test('tailer and capture are of one node, and the capture is told where the ring is', () => {
    const [tailer, capture] = ['tailer', 'capture'].map((name) => container(name)) as [Container, Container];
    const options = (one: Container) => ({ env: environmentOf(one, SECRETS), ...SURROUNDINGS });
    expect(tailerOptions(tailer.args!.slice(1), options(tailer)).node).toBe('pod-1');
    expect(captureOptions(capture.args!.slice(1), options(capture))).toMatchObject({
      node: 'pod-1',
      redis: { url: expect.stringMatching(/@ring:6379$/) },
      input: { traffic: { kind: 'nginx-ports', from: '/etc/nginx/nginx.conf' } },
    });
    const { ringRedis } = correlatorOptions([], environmentOf(container('correlator'), SECRETS));
    expect(ringRedis?.url).toMatch(/@ring:6379$/);
  });

  test('paths that flags name are mounted', () => {
    const mounts = (one: Container): readonly string[] => (one.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    const named = (one: Container): readonly string[] =>
      (one.args ?? []).flatMap((arg) => /=(\/.+)$/.exec(arg)?.[1] ?? []);
    for (const one of OURS) {
      for (const path of named(one)) expect(mounts(one).some((mount) => path.startsWith(`${mount}/`))).toBe(true);
    }
    expect(mounts(container('tailer'))).toContain('/var/lib/resetscope');
  });
});

describe('probes', () => {
  test('those of the apps ask for paths that exist, at ports that are named', () => {
    const probes = OURS.flatMap((one) =>
      [one.readinessProbe, one.livenessProbe].flatMap((probe) => (probe === undefined ? [] : [{ one, probe }])),
    );
    expect(probes).toHaveLength(4);
    for (const { one, probe } of probes) {
      expect(['/healthz', '/readyz']).toContain(probe.httpGet?.path);
      expect(one.ports?.map(({ name }) => name)).toContain(probe.httpGet?.port);
    }
    expect(container('web').readinessProbe?.httpGet?.path).toBe('/healthz');
    expect(container('correlator').readinessProbe?.httpGet?.path).toBe('/readyz');
  });

  test('a sidecar takes no nginx out of its Service: it has none', () => {
    for (const name of ['tailer', 'capture']) {
      const { readinessProbe, livenessProbe, startupProbe } = container(name);
      expect([readinessProbe, livenessProbe, startupProbe]).toEqual([undefined, undefined, undefined]);
    }
  });
});

describe('rights', () => {
  test.each(workloads().map((one) => [one.metadata.name, one] as const))('the pods of %s', (_, workload) => {
    const { spec } = workload['spec'].template;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    });
    for (const field of ['hostNetwork', 'hostPID', 'shareProcessNamespace', 'initContainers'])
      expect(spec).not.toHaveProperty(field);
    for (const volume of spec.volumes ?? []) expect(volume).not.toHaveProperty('hostPath');
    for (const { emptyDir } of spec.volumes ?? []) {
      if (emptyDir !== undefined) expect(emptyDir).toHaveProperty('sizeLimit');
    }
  });

  test.each(
    workloads().flatMap((one) => containersOf(one).map((each) => [`${one.metadata.name}/${each.name}`, each] as const)),
  )('%s', (_, { name, securityContext, resources }) => {
    const isCapture = name === 'capture';
    expect(securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      runAsNonRoot: !isCapture,
      capabilities: isCapture ? { drop: ['ALL'], add: ['NET_RAW', 'SETUID', 'SETGID', 'KILL'] } : { drop: ['ALL'] },
    });
    expect(securityContext['runAsUser'] === 0).toBe(isCapture);
    expect(securityContext['capabilities']).toEqual(isCapture ? expect.anything() : { drop: ['ALL'] });
    expect(Object.keys(resources.requests).sort()).toEqual(['cpu', 'memory']);
    expect(resources.limits).toHaveProperty('memory');
  });

  test('with these the capture may capture and leave root; without SETUID it may not', () => {
    const set = (names: readonly string[]): bigint =>
      Object.entries(Capability).reduce((bits, [name, bit]) => (names.includes(name) ? bits | (1n << bit) : bits), 0n);
    const rights = (bits: bigint) => ({ isRoot: true, effective: bits, bounding: bits, noNewPrivs: true });
    const { add } = container('capture').securityContext['capabilities'] as { readonly add: readonly string[] };
    expect(checkCapture(undefined, rights(set(add))).status).toBe('ok');
    expect(checkCapture(undefined, rights(set(['NET_RAW']))).status).toBe('fail');
  });
});

describe('network', () => {
  const policies = MANIFESTS.filter(({ kind }) => kind === 'NetworkPolicy');
  const own = (name: string): Peer => {
    const labels = workloads().find(({ metadata }) => metadata.name === name)?.['spec'].template.metadata.labels;
    return { labels, namespace: 'resetscope', namespaceLabels: { 'kubernetes.io/metadata.name': 'resetscope' } };
  };
  const outside = (namespace: string, labels = {}, namespaceLabels = {}): Peer => ({
    labels,
    namespace,
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...namespaceLabels },
  });
  const PEERS: Readonly<Record<string, Peer>> = {
    ...Object.fromEntries(['nginx', 'redis', 'ring', 'correlator', 'web'].map((name) => [name, own(name)])),
    internet: outside('elsewhere'),
    dns: outside('kube-system', { 'k8s-app': 'kube-dns' }),
    prometheus: outside('monitoring'),
    ingress: outside('ingress-nginx', {}, { 'resetscope.io/web-clients': 'true' }),
  };
  const PORTS: Readonly<Record<string, readonly number[]>> = {
    nginx: [8080, 9151, 9152],
    redis: [6379],
    ring: [6379],
    correlator: [9153],
    web: [9150],
    dns: [53],
    internet: [443],
  };

  test('who speaks to whom', () => {
    const spoken = Object.keys(PEERS).flatMap((from) =>
      Object.entries(PORTS).flatMap(([to, ports]) =>
        ports
          .filter((port) => from !== to && maySpeak(policies, PEERS[from]!, PEERS[to]!, port))
          .map((port) => `${from} -> ${to}:${port}`),
      ),
    );
    const guarded = spoken.filter((line) => !/^(?:dns|prometheus|ingress|internet) -> (?:dns|internet)/.test(line));
    expect(guarded.sort()).toEqual(
      [
        // nginx goes where its configuration says.
        'nginx -> dns:53',
        'nginx -> internet:443',
        'nginx -> redis:6379',
        'nginx -> ring:6379',
        'correlator -> dns:53',
        'correlator -> redis:6379',
        'correlator -> ring:6379',
        'web -> dns:53',
        'web -> redis:6379',
        'web -> ring:6379',
        'prometheus -> correlator:9153',
        'prometheus -> nginx:8080',
        'prometheus -> nginx:9151',
        'prometheus -> nginx:9152',
        'prometheus -> web:9150',
        'ingress -> nginx:8080',
        'ingress -> web:9150',
        'internet -> nginx:8080',
        'dns -> nginx:8080',
      ].sort(),
    );
  });
});

describe('what is copied or has to add up', () => {
  const config = MANIFESTS.find(({ kind }) => kind === 'ConfigMap')!['data'] as Readonly<Record<string, string>>;

  test.each(['resetscope.conf', 'rotate-logs.sh'])('%s is that of deploy/nginx', (name) => {
    expect(config[name]).toBe(readFileSync(join(repositoryRoot(), 'deploy', 'nginx', name), 'utf8'));
  });

  test('nginx logs where the tailer reads, and listens where the container says', async () => {
    const dir = await makeTempDir('resetscope-kubernetes-');
    for (const [name, text] of Object.entries(config))
      await writeFile(join(dir.path, name), text.replaceAll('/etc/nginx', dir.path));
    const facts = nginxFacts(await readNginxConfig(join(dir.path, 'nginx.conf')));
    await dir.remove();
    expect(facts.errorLogs).toContainEqual({ target: '/logs/error.log', level: 'info' });
    expect(facts.accessLogs).toEqual([{ target: '/logs/access.log', formatName: 'resets' }]);
    expect(facts.ports).toEqual([container('nginx').ports?.[0]?.containerPort]);
    const { args, ...correlator } = container('correlator');
    expect(correlatorOptions(args!.slice(1), environmentOf(correlator, SECRETS)).listenPorts).toEqual(facts.ports);
  });

  test('the users of Redis have the rights that docs/redis.md lists', () => {
    const lines: string = SECRETS.find(({ metadata }) => metadata.name === 'resetscope-redis-acl')!['stringData'][
      'users.acl'
    ];
    const users = lines
      .trim()
      .split('\n')
      .map((line) => line.replace(/#[0-9a-f]{64}/, '#HASH'));
    const documented = documentedUsers('').map(([, ...rule]) => `user ${rule.join(' ').replace(' > ', ' #HASH ')}`);
    expect(users).toEqual(['user default off', ...documented]);
  });

  test('the rings of all pods fit into the memory of their Redis', () => {
    const overlay = parse(readFileSync(join(KUBERNETES, 'overlays/example/kustomization.yaml'), 'utf8'));
    const pods: number = Math.max(...overlay.replicas.map(({ count }: { readonly count: number }) => count));
    const ring = ringBudget(
      container('capture')
        .args?.find((arg) => arg.startsWith('--ring-bytes='))
        ?.split('=')[1],
    );
    const args = workloads().find(({ metadata }) => metadata.name === 'ring')!['spec'].template.spec.containers[0]
      .args as string[];
    const maxMemory = ringBudget(args[args.indexOf('--maxmemory') + 1]?.replace('mb', 'm'));
    const server = { maxMemory, usedMemory: 0, systemMemory: 0 };
    expect(checkMemory('ring', [server], { ringBytes: pods * ring, besideBytes: 0 }, false).status).toBe('ok');
  });
});
