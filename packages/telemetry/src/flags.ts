/** Command-line flags of every program: node:util's parseArgs, with a usage failure of one line instead of its exceptions. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ClearError } from './clear-error.ts';

export type FlagSpec = NonNullable<ParseArgsConfig['options']>;

export type Flags<Spec extends FlagSpec> = ReturnType<typeof parseArgs<{ options: Spec; strict: true }>>['values'];

/**
 * Values of the flags in `spec`; positional arguments are refused. seeHelp: where to read more. describe: what to say instead
 * of parseArgs' own text, of which the first line is taken. @throws ClearError RS_USAGE
 */
export function parseFlags<Spec extends FlagSpec>(
  args: readonly string[],
  spec: Spec,
  seeHelp: string,
  describe: (text: string) => string = (text) => text,
): Flags<Spec> {
  try {
    return parseArgs({ args: [...args], options: spec, strict: true, allowPositionals: false }).values as Flags<Spec>;
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new ClearError('RS_USAGE', describe(line), seeHelp, error);
  }
}
