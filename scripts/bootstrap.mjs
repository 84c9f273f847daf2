/**
 * What the scripts need on a fresh machine: npm packages, Debian packages, the build. Only Node's
 * built-ins: nothing is installed yet. All progress goes to stderr, one line a step; a step's own output goes to a log
 * file that is shown when it fails.
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node's oldest release that the code runs on (package.json `engines`). */
const OLDEST_NODE = [20, 15];

/** Lines of a failed step's log that are shown. */
const SHOWN_LOG_LINES = 40;

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Debian keeps daemons out of an ordinary user's PATH. */
const searchDirs = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

const tty = process.stderr.isTTY === true && !process.env.NO_COLOR;

/** A failure that a person can act on: one line, no stack. */
export class BootstrapError extends Error {}

/** Ctrl-C: nothing else is tried. */
class Interrupted extends BootstrapError {}

/** 128 + SIGINT, as shells and npm report it. */
const INTERRUPTED = 130;

/** Runs a script's main function: one clear line and exit code 1 when it fails. */
export async function runScript(name, main) {
  // Ctrl-C ends the command that a step runs; what the step put in place must still be taken away.
  process.on('SIGINT', () => undefined);
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

export function requireNode() {
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new BootstrapError(
    `expected Node ${OLDEST_NODE.join('.')} or newer, this is ${process.versions.node}; install a newer one from https://nodejs.org`,
  );
}

export function hasProgram(name) {
  return searchDirs.some((dir) => {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}

/**
 * Installs when node_modules is missing or older than package-lock.json. `npm ci` refuses a lock file that lacks the
 * optional packages of other platforms, which npm leaves out where a registry does not have them; `npm install` takes
 * the same versions from it.
 */
export function ensureNpmPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const quiet = ['--no-audit', '--no-fund'];
  try {
    step('npm packages', ['npm', 'ci', ...quiet], { quietFailure: true });
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    step('npm packages', ['npm', 'install', '--no-save', ...quiet]);
  }
}

/** Everything that a script needs before its own work. programs: it cannot do without; optional: are installed where that works. */
export function prepare(programs, { optional = [], builds = true } = {}) {
  requireNode();
  const { missing, reason } = ensurePrograms([...programs, ...optional]);
  const needed = missing.filter((program) => programs.includes(program));
  if (needed.length > 0) throw new BootstrapError(`expected ${needed.join(' and ')}: ${reason}`);
  ensureNpmPackages();
  if (builds) build();
}

export function build() {
  step('build', [join(root, 'node_modules', '.bin', 'tsc'), '-b']);
}

/** Debian packages of programs that have another name. */
const PACKAGE_OF = {
  dockerd: 'docker.io',
  dumpcap: 'wireshark-common',
  ip: 'iproute2',
  nsenter: 'util-linux',
  'pcap-config': 'libpcap-dev',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** Installs the Debian packages of programs that are missing, and returns those still missing with the reason. Services are not started. */
export function ensurePrograms(programs) {
  const missing = programs.filter((program) => !hasProgram(program));
  if (missing.length === 0) return { missing, reason: '' };
  const packages = [...new Set(missing.map((program) => PACKAGE_OF[program] ?? program))];
  const reason = whyNotInstallable(packages);
  if (reason !== null) return { missing, reason };
  const failure = installDebianPackages(packages);
  return { missing: missing.filter((program) => !hasProgram(program)), reason: failure };
}

/** null when apt-get can be used here, otherwise one sentence with the command to run by hand. */
function whyNotInstallable(packages) {
  const byHand = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!hasProgram('apt-get')) return `this is not Debian or Ubuntu; install ${packages.join(', ')} by hand`;
  if (sudoPrefix() === null) return `this user is not root and has no passwordless sudo; run: sudo ${byHand}`;
  return null;
}

/** What to put before a command to run it as root; null when that is not possible without a password. */
function sudoPrefix() {
  if (process.getuid?.() === 0) return [];
  const answer = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return answer.status === 0 ? ['sudo', '-n'] : null;
}

/** invoke-rc.d asks this file whether it may start a service; 101 forbids (invoke-rc.d(8)). */
const policyFile = '/usr/sbin/policy-rc.d';

/** Returns '' or why it failed. */
function installDebianPackages(packages) {
  const sudo = sudoPrefix();
  const asRoot = (...command) => [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
  const writePolicy = !existsSync(policyFile);
  if (writePolicy)
    runQuietly([...sudo, 'sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' >${policyFile} && chmod 755 ${policyFile}`]);
  try {
    if (!hasPackageLists()) step('Debian package lists', asRoot('apt-get', 'update'));
    const install = asRoot('apt-get', 'install', '-y', '--no-install-recommends', ...packages);
    const label = `Debian packages: ${packages.join(' ')}`;
    try {
      step(label, install, { quietFailure: true });
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      step('Debian package lists', asRoot('apt-get', 'update'));
      step(label, install);
    }
    return '';
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return error.message;
  } finally {
    if (writePolicy) runQuietly([...sudo, 'rm', '-f', policyFile]);
  }
}

/** A container image usually comes without them. */
function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.endsWith('_Packages') || name.includes('_Packages.'));
  } catch {
    return false;
  }
}

function runQuietly(command) {
  spawnSync(command[0], command.slice(1), { stdio: 'ignore' });
}

/** Runs a command with its output in a log file: a line on stderr while it runs, a tick and the seconds when done. */
export function step(label, command, { quietFailure = false } = {}) {
  const startedMs = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'resetscope-step-'));
  const logFile = join(dir, 'output.log');
  const log = openSync(logFile, 'w');
  if (tty) process.stderr.write(`  … ${label}`);
  const { status, signal, error } = spawnSync(command[0], command.slice(1), { cwd: root, stdio: ['ignore', log, log] });
  closeSync(log);
  const clear = tty ? '\r\x1b[K' : '';
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  try {
    if (status === 0) {
      process.stderr.write(`${clear}  ✓ ${label} (${seconds} s)\n`);
      return;
    }
    process.stderr.write(clear);
    if (signal === 'SIGINT' || status === INTERRUPTED) throw new Interrupted(`${label} was interrupted`);
    const output = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n');
    if (!quietFailure) process.stderr.write(`  ✗ ${label}\n${output}\n`);
    throw new BootstrapError(`${label} failed (${error?.message ?? `exit code ${status}`}): ${command.join(' ')}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
