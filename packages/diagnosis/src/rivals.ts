/** Parts lines into groups that compete for the same connections: what one group is given, no other wants. */
import type { TcpStream } from '@resetscope/flow';

export interface Wanting {
  readonly candidates: readonly { readonly stream: TcpStream }[];
}

/** Each group in the order given. Groups in the order of their first member. */
export function rivalGroups<T extends Wanting>(options: readonly T[]): readonly (readonly T[])[] {
  const parent = options.map((_, at) => at);
  const rootOf = (at: number): number => {
    let root = at;
    while (parent[root] !== root) root = parent[root] as number;
    parent[at] = root;
    return root;
  };
  const wantedBy = new Map<TcpStream, number>();
  options.forEach(({ candidates }, at) => {
    for (const { stream } of candidates) {
      const other = wantedBy.get(stream);
      if (other === undefined) wantedBy.set(stream, at);
      else join(parent, rootOf(other), rootOf(at));
    }
  });
  const groups = new Map<number, T[]>();
  options.forEach((option, at) => {
    const root = rootOf(at);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [option]);
    else group.push(option);
  });
  return [...groups.values()];
}

/** The earlier root stays, so that a group is named by its first member. */
function join(parent: number[], a: number, b: number): void {
  parent[Math.max(a, b)] = Math.min(a, b);
}
