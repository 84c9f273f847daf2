/**
 * Minimum-cost assignment of rows to columns (Hungarian method in the shortest-augmenting-path form, O(rows^2 * columns);
 * Kuhn 1955, Jonker and Volgenant 1987).
 */

/** No such pair. */
export const FORBIDDEN = 1e9;

/** cost[row][column]; columns >= rows. Returns the column of each row, or -1 where only a forbidden one was left. */
export function assign(cost: readonly (readonly number[])[], columns: number): number[] {
  const rows = cost.length;
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOfColumn = new Int32Array(columns + 1);
  const previous = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    augment(row, cost, columns, { rowPotential, columnPotential, rowOfColumn, previous });
  }
  const result = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = (rowOfColumn[column] as number) - 1;
    if (row >= 0 && (cost[row]?.[column - 1] ?? FORBIDDEN) < FORBIDDEN / 2) result[row] = column - 1;
  }
  return result;
}

interface State {
  readonly rowPotential: Float64Array;
  readonly columnPotential: Float64Array;
  readonly rowOfColumn: Int32Array;
  readonly previous: Int32Array;
}

/** Finds the cheapest alternating path from a free row to a free column and flips it. */
function augment(row: number, cost: readonly (readonly number[])[], columns: number, s: State): void {
  s.rowOfColumn[0] = row;
  const cheapest = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  const done = new Uint8Array(columns + 1);
  let column = 0;
  do {
    done[column] = 1;
    column = relax(column, cost, columns, cheapest, done, s);
  } while (s.rowOfColumn[column] !== 0);
  while (column !== 0) {
    const from = s.previous[column] as number;
    s.rowOfColumn[column] = s.rowOfColumn[from] as number;
    column = from;
  }
}

function relax(
  at: number,
  cost: readonly (readonly number[])[],
  columns: number,
  cheapest: Float64Array,
  done: Uint8Array,
  s: State,
): number {
  const row = s.rowOfColumn[at] as number;
  let delta = Number.POSITIVE_INFINITY;
  let next = 0;
  for (let column = 1; column <= columns; column++) {
    if (done[column] === 1) continue;
    const reduced =
      (cost[row - 1]?.[column - 1] ?? FORBIDDEN) -
      (s.rowPotential[row] as number) -
      (s.columnPotential[column] as number);
    if (reduced < (cheapest[column] as number)) {
      cheapest[column] = reduced;
      s.previous[column] = at;
    }
    if ((cheapest[column] as number) < delta) {
      delta = cheapest[column] as number;
      next = column;
    }
  }
  for (let column = 0; column <= columns; column++) {
    if (done[column] === 1) {
      s.rowPotential[s.rowOfColumn[column] as number] =
        (s.rowPotential[s.rowOfColumn[column] as number] as number) + delta;
      s.columnPotential[column] = (s.columnPotential[column] as number) - delta;
    } else cheapest[column] = (cheapest[column] as number) - delta;
  }
  return next;
}
