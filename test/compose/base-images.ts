/**
 * The images that Dockerfile and docker-compose.yml begin with: from their registry, or stand-ins of the same names, made of
 * Debian's and npm's packages (stand-ins/). What has no stand-in is left out.
 */
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@resetscope/testkit';
import { run } from './command.ts';
import type { DockerDaemon } from './docker-daemon.ts';

/** What every stand-in is made of. */
const DEBIAN = 'debian:bookworm-slim';
const STAND_INS = ['node', 'nginx', 'redis', 'prometheus'] as const;
type StandIn = (typeof STAND_INS)[number];

/** Left out of Debian's slim images as well. */
const NOT_SLIM = ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'];

export type BaseImages =
  | { readonly kind: 'pulled'; readonly images: readonly string[] }
  | { readonly kind: 'stand-ins'; readonly images: readonly string[]; readonly leftOut: readonly string[] };

/** dir: for what is made on the way; not removed. */
export async function provideBaseImages(daemon: DockerDaemon, dir: string): Promise<BaseImages> {
  const images = await namedImages();
  if (await canPull(daemon, images)) return { kind: 'pulled', images };
  const made = images.filter((image) => standInFor(image) !== undefined);
  await makeDebian(daemon, dir);
  for (const image of made) await makeStandIn(daemon, image, dir);
  return { kind: 'stand-ins', images: made, leftOut: images.filter((image) => !made.includes(image)) };
}

/** As Dockerfile and docker-compose.yml name them, but our own. */
async function namedImages(): Promise<readonly string[]> {
  const read = (file: string) => readFile(join(repositoryRoot(), file), 'utf8');
  const from = (await read('Dockerfile')).matchAll(/^FROM (\S+)/gm);
  const used = (await read('docker-compose.yml')).matchAll(/^ {2,}image: (\S+)/gm);
  const names = [...from, ...used].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !name.startsWith('resetscope:'));
}

/** The first that fails tells for all. */
async function canPull(daemon: DockerDaemon, images: readonly string[]): Promise<boolean> {
  try {
    for (const image of images) await daemon.docker('pull', image);
    return true;
  } catch {
    return false;
  }
}

function standInFor(image: string): StandIn | undefined {
  const [, name] = /^(?:.*\/)?([^:]+):/.exec(image) ?? [];
  return STAND_INS.find((standIn) => standIn === name);
}

async function makeDebian(daemon: DockerDaemon, dir: string): Promise<void> {
  if (await daemon.hasImage(DEBIAN)) return;
  const [rootDir, archive] = [join(dir, 'debian'), join(dir, 'debian.tar')];
  await run('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', rootDir]);
  const excluded = NOT_SLIM.map((path) => `--exclude=./${path}/*`);
  await run('tar', ['-C', rootDir, ...excluded, '-cf', archive, '.']);
  await daemon.docker('import', archive, DEBIAN);
}

async function makeStandIn(daemon: DockerDaemon, image: string, dir: string): Promise<void> {
  if (await daemon.hasImage(image)) return;
  const standIn = standInFor(image) ?? '';
  const contextDir = join(dir, standIn);
  await cp(join(repositoryRoot(), 'test/compose/stand-ins', standIn), contextDir, { recursive: true });
  if (standIn === 'node') await fetchNode(contextDir, image);
  await daemon.docker('build', '--network', 'host', '--tag', image, contextDir);
}

/** npm's own package of the Node that the tag names, and npm 11, which comes with it. */
async function fetchNode(contextDir: string, image: string): Promise<void> {
  const [, major = ''] = /:(\d+)/.exec(image) ?? [];
  const packages = { node: `node-linux-${process.arch}@${major}`, npm: 'npm@11' };
  for (const [name, spec] of Object.entries(packages)) {
    const packed = await run('npm', ['pack', '--silent', spec, '--pack-destination', contextDir], { cwd: contextDir });
    const unpackedDir = join(contextDir, name);
    await mkdir(unpackedDir);
    await run('tar', ['-xzf', join(contextDir, packed.trim()), '-C', unpackedDir, '--strip-components=1']);
  }
  await cp('/etc/ssl/certs/ca-certificates.crt', join(contextDir, 'ca-certificates.crt'));
}
