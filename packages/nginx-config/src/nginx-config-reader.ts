/**
 * Where nginx's configuration is read from: the nginx of this host, which prints all of it (`nginx -T`), or a file, with what
 * it includes. Several files are read as one text: nginx wants each of them whole, so they parse one behind the other.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ClearError } from '@resetscope/telemetry';
import { type NginxDirective, parseNginxConfig } from './nginx-config.ts';

const execFileAsync = promisify(execFile);

/** Stands for the nginx that is installed. */
export const INSTALLED_NGINX = 'nginx';

/** nginx asks DNS for every name in its configuration first. */
const DUMP_TIMEOUT_MS = 30_000;
const DUMP_MAX_LEN = 64 * 1024 * 1024;

/** from: `nginx`, or a file. @throws ClearError */
export async function readNginxConfig(from: string): Promise<readonly NginxDirective[]> {
  const texts = from === INSTALLED_NGINX ? [{ path: 'nginx -T', text: await dumpConfig() }] : readWithIncludes(from);
  return texts.flatMap(({ path, text }) => {
    const { directives, error } = parseNginxConfig(text);
    if (error === null) return directives;
    const message = `expected nginx configuration, got ${error.message} at ${path}:${error.line}`;
    throw new ClearError('RS_FILE_UNREADABLE', message, 'see nginx -t');
  });
}

/** Debian keeps nginx out of an ordinary user's PATH. */
async function dumpConfig(): Promise<string> {
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin` };
  try {
    return (await execFileAsync('nginx', ['-T', '-q'], { env, timeout: DUMP_TIMEOUT_MS, maxBuffer: DUMP_MAX_LEN }))
      .stdout;
  } catch (cause) {
    const { code, stderr = '', message } = cause as NodeJS.ErrnoException & { readonly stderr?: string };
    const fix = 'give the file instead: --ports-from /etc/nginx/nginx.conf';
    if (code === 'ENOENT') throw new ClearError('RS_PROGRAM_MISSING', 'expected nginx to be installed', fix, cause);
    const said = /\[(?:emerg|alert|crit|error)\] (.*)/.exec(stderr)?.[1] ?? message.split('\n')[0];
    throw new ClearError(
      'RS_FILE_UNREADABLE',
      `expected nginx -T to print its configuration, got: ${said}`,
      fix,
      cause,
    );
  }
}

interface ConfigText {
  readonly path: string;
  readonly text: string;
}

/** A relative include counts from the folder of the first file (nginx's conf prefix). */
function readWithIncludes(main: string): readonly ConfigText[] {
  const texts = new Map<string, ConfigText>();
  const waiting = [resolve(main)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue;
    const text = readText(path);
    texts.set(path, { path, text });
    for (const pattern of includesOf(parseNginxConfig(text).directives)) {
      waiting.push(...expandPattern(resolve(dirname(resolve(main)), pattern)));
    }
  }
  return [...texts.values()];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    const message = `expected a configuration file of nginx at ${path}, got ${code}`;
    throw new ClearError('RS_FILE_UNREADABLE', message, 'check path and rights', cause);
  }
}

function includesOf(directives: readonly NginxDirective[]): readonly string[] {
  return directives.flatMap(({ name, args, block }) =>
    block === null ? (name === 'include' ? args.slice(0, 1) : []) : includesOf(block),
  );
}

/** glob(7) for absolute paths. One without wildcards stands for itself; one with wildcards may match nothing. */
export function expandPattern(pattern: string): readonly string[] {
  if (!/[*?[]/.test(pattern)) return [pattern];
  const wanted = wildcard(basename(pattern));
  return expandPattern(dirname(pattern)).flatMap((folder) =>
    filesIn(folder)
      .filter((name) => wanted.test(name))
      .map((name) => join(folder, name)),
  );
}

/** A leading dot is matched by a dot only. */
function wildcard(segment: string): RegExp {
  const source = segment.replace(/\[!?[^\]]+\]|[*?]|[^*?[]+|\[/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length > 2 && part.startsWith('[')) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[\\^$.|()+{}[\]]/g, '\\$&');
  });
  return new RegExp(`^${segment.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 's');
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
