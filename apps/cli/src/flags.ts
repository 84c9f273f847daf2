/** Flags of the command line: what telemetry reads for every program, with errors that name the flag and the command. */
import { ClearError } from '@resetscope/telemetry/clear-error';
import { type FlagSpec, type Flags, parseFlags as readFlags } from '@resetscope/telemetry/flags';

/** Values of the flags in `spec`; positional arguments are refused. Throws a usage ClearError. */
export function parseFlags<Spec extends FlagSpec>(command: string, argv: readonly string[], spec: Spec): Flags<Spec> {
  return readFlags(argv, spec, `see resetscope ${command} --help`, (text) => describe(text, spec));
}

/** text: the first line of parseArgs' own message. */
function describe(text: string, spec: FlagSpec): string {
  const unknown = /^Unknown option '([^']*)'/.exec(text)?.[1];
  if (unknown !== undefined) {
    const known = Object.keys(spec).map((name) => `--${name}`);
    return `unknown flag ${JSON.stringify(unknown)}, expected one of ${known.join(' ')}`;
  }
  const unexpected = /^Unexpected argument '([^']*)'/.exec(text)?.[1];
  if (unexpected !== undefined) return `unexpected argument ${JSON.stringify(unexpected)}`;
  const incomplete = /^Option '(?:-\w, )?(--[\w-]+) <value>' argument missing/.exec(text)?.[1];
  if (incomplete !== undefined) return `expected a value after ${incomplete}, got none`;
  return text.replace(/\.$/, '');
}

/** A whole number from a flag's text. */
export function parseCount(flag: string, text: string, range: { readonly min: number; readonly max: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= range.min && value <= range.max) return value;
  const expected = `expected --${flag} to be a whole number from ${range.min} to ${range.max}`;
  throw new ClearError('RS_USAGE', `${expected}, got ${JSON.stringify(text)}`);
}

/** `80,443` to a list of ports. */
export function parsePorts(flag: string, text: string): readonly number[] {
  const ports = text.split(',').map((port) => (/^\d{1,5}$/.test(port) ? Number(port) : 0));
  if (ports.every((port) => port >= 1 && port <= 65535)) return ports;
  throw new ClearError('RS_USAGE', `expected --${flag} to be ports like 80,443, got ${JSON.stringify(text)}`);
}
