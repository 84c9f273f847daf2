/**
 * `npm run test:compose [-- --measure]`: builds the images, then docker-compose.yml is brought up, driven, broken and taken down
 * (test/compose/README.md). Docker is started here, on a socket and folder of its own; the stack runs in network, process and
 * mount namespaces of its own. So this machine's network and any other Docker stay as they are, and nothing outlives the script.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNpmPackages, ensurePrograms, requireNode, root, runScript } from './bootstrap.mjs';

const PROGRAMS = ['dockerd', 'docker-compose', 'debootstrap', 'tshark', 'ip', 'iptables', 'unshare'];

/** Exit code of try-networks.ts. */
const NO_DOCKER = 3;

/** Everything in it ends with its first process. */
const OWN_PROCESSES = ['--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];
/** In the namespaces: what Docker keeps outside its folders is forgotten, and the network has its loopback. */
const PREPARE = `for dir in /etc/docker /run/docker; do mkdir -p $dir && mount -t tmpfs docker $dir; done; ip link set lo up; "$@"`;

const TYPESCRIPT = ['--conditions=@resetscope/source', '--import', join(root, 'test/lab/load-typescript.mjs')];
const JEST = ['--no-warnings', '--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js')];

await runScript('npm run test:compose', async () => {
  const args = process.argv.slice(2);
  const why = whyNotHere();
  if (why !== null) return notRun(why);
  const { missing, reason } = ensurePrograms(PROGRAMS);
  if (missing.length > 0) return notRun(`it needs ${missing.join(', ')}: ${reason}`);
  requireNode();
  ensureNpmPackages();
  // Images take 2 GB: not in a /tmp of memory.
  const given = process.env.RESETSCOPE_COMPOSE_DIR;
  const dir = given ?? mkdtempSync('/var/tmp/resetscope-compose-');
  mkdirSync(dir, { recursive: true });
  const test = (file) => join(root, 'test', 'compose', file);
  try {
    const tried = await unshare(['--net'], [...TYPESCRIPT, test('try-networks.ts'), dir], dir);
    if (tried === NO_DOCKER) return notRun('Docker does not start here, for the reason above');
    const built = await unshare([], [...TYPESCRIPT, test('build-images.ts'), dir], dir);
    if (built !== 0) return built;
    const program = args.includes('--measure')
      ? [...TYPESCRIPT, test('measure.ts')]
      : [...JEST, '--verbose', 'test/compose', ...args];
    return await unshare(['--net'], program, dir);
  } finally {
    if (given === undefined) rmSync(dir, { recursive: true, force: true });
  }
});

/** That Docker cannot run here is no failure of ours, and is said last. */
function notRun(why) {
  console.log(`test:compose was not run: ${why}\n0 passed, 0 failed, 1 skipped`);
  return 0;
}

/** null when a Docker can run here. */
function whyNotHere() {
  if (process.platform !== 'linux') return 'it starts Docker, which needs Linux';
  if (process.getuid() !== 0) return 'it starts Docker, which needs root: sudo npm run test:compose';
  const { status, stderr } = spawnSync('unshare', ['--net', ...OWN_PROCESSES, 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `it needs namespaces of its own, and this machine refuses them: ${stderr.trim()}`;
}

/** Runs Node in new namespaces; resolves with its exit code. A shell is their first process, and takes in what is orphaned. */
function unshare(namespaces, nodeArgs, dir) {
  const shell = ['sh', '-c', PREPARE, 'sh', process.execPath, ...nodeArgs];
  const child = spawn('unshare', [...namespaces, ...OWN_PROCESSES, ...shell], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, RESETSCOPE_LIVE: '1', RESETSCOPE_COMPOSE_DIR: dir },
  });
  // unshare itself heeds no milder signal.
  process.on('SIGTERM', () => child.kill('SIGKILL'));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
