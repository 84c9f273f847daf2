/** The public traces with what tshark and Zeek said of them. They are not part of the project: see corpusDir. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusDir } from '@resetscope/testkit';

export interface Trace {
  readonly name: string;
  readonly path: string;
  /** tshark's streams, one row each; null: no table. */
  readonly tshark: readonly Row[] | null;
  /** Zeek's connections, a table per command line that it was run with. */
  readonly zeek: readonly ZeekTable[];
}

export interface ZeekTable {
  /** Empty for the plain run; otherwise what was special: `checksums-verified`. */
  readonly variant: string;
  readonly rows: readonly Row[];
}

/** A row of a table by the names of its columns; empty text for a column that is not there. */
export type Row = (column: string) => string;

/** Empty where the corpus is not. `public` are third-party traces, `derived` re-encodings of one of them. */
export function findTraces(): readonly Trace[] {
  const corpus = corpusDir();
  return corpus === null ? [] : ['public', 'derived'].flatMap((set) => tracesOf(join(corpus, set)));
}

function tracesOf(dir: string): readonly Trace[] {
  const tshark = join(dir, 'expected', 'tshark');
  const zeek = join(dir, 'expected', 'zeek');
  const [tsharkTables, zeekTables] = [namesIn(tshark), namesIn(zeek)];
  return namesIn(join(dir, 'pcaps')).map((name) => ({
    name,
    path: join(dir, 'pcaps', name),
    tshark: tsharkTables.includes(`${name}.tsv`) ? readTable(join(tshark, `${name}.tsv`)) : null,
    zeek: zeekTables
      .filter((table) => table.startsWith(`${name}.`))
      .map((table) => ({
        variant: table.slice(name.length, -'.tsv'.length).slice(1),
        rows: readTable(join(zeek, table)),
      })),
  }));
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Tab-separated, `#` lines are comments, the first other line names the columns. */
function readTable(path: string): readonly Row[] {
  const [head = '', ...rows] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const columns = head.split('\t');
  return rows.map((row) => {
    const values = row.split('\t');
    return (column) => values[columns.indexOf(column)] ?? '';
  });
}
