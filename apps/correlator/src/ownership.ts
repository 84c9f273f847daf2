/** Who owns which of the connections read for a group of lines, and which are open to it. */
import type { Match } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import { type Claim, type Claimant, type Claims, claimantOf } from './claims.ts';
import type { RingStream } from './ring-streams.ts';
import type { TakenEnds } from './taken-ends.ts';

export interface OwnershipAccess {
  readonly claims: Claims;
  readonly taken: TakenEnds;
}

export class Ownership {
  private readonly owners: Map<TcpStream, string | null>;
  private readonly claims: Claims;
  private readonly taken: TakenEnds;
  private readonly own: ReadonlySet<string>;
  private readonly replaced = new Map<TcpStream, string>();

  private constructor(owners: Map<TcpStream, string | null>, access: OwnershipAccess, own: ReadonlySet<string>) {
    this.owners = owners;
    this.claims = access.claims;
    this.taken = access.taken;
    this.own = own;
  }

  /** own: claimants whose claims are not others'. */
  static async of(
    own: ReadonlySet<string>,
    streams: readonly RingStream[],
    { claims, taken }: OwnershipAccess,
  ): Promise<Ownership> {
    const all = streams.map(({ stream }) => stream);
    const owners = await claims.owners(all);
    const known = new Map(all.map((stream, i) => [stream, owners[i] ?? null]));
    return new Ownership(known, { claims, taken }, own);
  }

  /** Connections that nobody else has claimed. */
  get open(): readonly TcpStream[] {
    return [...this.owners].filter(([, owner]) => owner === null || this.own.has(owner)).map(([stream]) => stream);
  }

  /** Claims what was matched. False: somebody was faster somewhere, and `open` has become smaller. */
  async settle(answers: readonly { readonly item: Claimant; readonly match: Match }[]): Promise<boolean> {
    const wanted = new Map<TcpStream, string>();
    for (const { item, match } of answers) {
      if (match.kind === 'matched') wanted.set(match.best.stream, claimantOf(item));
    }
    await this.releaseOthers(wanted);
    let isSettled = true;
    const claimed = await this.claims.claim([...wanted]);
    for (const [i, [stream, claimant]] of [...wanted].entries()) {
      const claim = claimed[i] as Claim;
      if (claim.kind === 'ours') {
        this.owners.set(stream, claimant);
        this.taken.note(stream, claimant);
        if (claim.replaces !== null) this.replaced.set(stream, claim.replaces);
      } else {
        this.owners.delete(stream);
        isSettled = false;
      }
    }
    return isSettled;
  }

  /** Id of the unlogged incident that the claim of the connection replaces. */
  replacedBy(stream: TcpStream): string | null {
    return this.replaced.get(stream) ?? null;
  }

  /** A line that late packets have moved to another connection leaves the one it had to others. */
  private async releaseOthers(wanted: ReadonlyMap<TcpStream, string>): Promise<void> {
    const settled = new Set(wanted.values());
    for (const [stream, owner] of this.owners) {
      if (owner === null || !settled.has(owner) || wanted.get(stream) === owner) continue;
      await this.claims.release(stream, owner);
      this.taken.forget(stream);
      this.owners.set(stream, null);
    }
  }
}
