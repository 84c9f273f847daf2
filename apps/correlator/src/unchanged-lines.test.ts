import { afterEach, expect, test } from '@jest/globals';
import { AccessLines, type ResetJob } from '@resetscope/jobs';
import { RingReader } from '@resetscope/ring';
import { hasProgram, type TcpStory } from '@resetscope/testkit';
import { describeIf, withRedis } from '@resetscope/testkit/jest';
import { Redis } from 'ioredis';
import { Claims } from './claims.ts';
import { type Correlated, correlate, type PendingLine, type RingAccess } from './correlate.ts';
import { LegBudget } from './leg-budget.ts';
import { liveLine } from './live-lines.ts';
import { NodeClock } from './node-clock.ts';
import { OpenLines } from './open-lines.ts';
import { TakenEnds } from './taken-ends.ts';
import { storedOf } from './testing/incidents.ts';
import { answeredVisit, endOf, jobOf, logText, ShopRing, START_US } from './testing/shop.ts';

const STORM = { burst: 0, perSecond: 0 };

describeIf(hasProgram('redis-server'), 'redis-server is not installed')('a second look in a storm', () => {
  const redis = withRedis((path) => new Redis(path));
  let nodes = 0;
  let reader: RingReader | undefined;

  afterEach(async () => reader?.close());

  interface Stage {
    readonly access: RingAccess;
    readonly ring: ShopRing;
    readonly job: ResetJob;
    /** A look at the line; later: with the first verdict. */
    readonly look: (later: boolean) => Promise<Correlated | 'unchanged'>;
  }

  async function stage(story: TcpStory, budget = STORM): Promise<Stage> {
    const node = `spared-${nodes++}`;
    const ring = new ShopRing(redis(), node);
    await ring.append([story], START_US + 100_000);
    reader = new RingReader(redis(), node);
    const access: RingAccess = {
      ring: reader,
      clock: new NodeClock(),
      claims: new Claims(redis(), node),
      taken: new TakenEnds(),
      openLines: new OpenLines(redis(), node),
      lineOf: () => null,
      accessLines: new AccessLines(redis(), node),
      legBudget: new LegBudget(budget),
      noteMatches: async () => {},
    };
    const job = jobOf(node, endOf(story) + 300, logText());
    const line = liveLine(job, 'UTC')!;
    let first: Correlated | null = null;
    const look = async (later: boolean): Promise<Correlated | 'unchanged'> => {
      const earlier = later && first !== null ? storedOf(job, first) : null;
      const pending: PendingLine = { job, line, earlier };
      const [answer] = await correlate([pending], access);
      if (answer !== 'unchanged') first = answer ?? null;
      return answer!;
    };
    return { access, ring, job, look };
  }

  test('is left out when nothing came after the end', async () => {
    const { look } = await stage(answeredVisit({ port: 40_000 }));
    expect(await look(false)).toMatchObject({ incident: { status: 'matched' } });
    expect(await look(true)).toBe('unchanged');
  });

  test('is taken when there is time for it', async () => {
    const { look } = await stage(answeredVisit({ port: 40_000 }), { burst: 9, perSecond: 9 });
    await look(false);
    expect(await look(true)).toMatchObject({ incident: { status: 'matched' } });
  });

  test('is taken when packets of the connection have come since', async () => {
    const story = answeredVisit({ port: 40_000 });
    const { look, ring } = await stage(story);
    await look(false);
    const late = answeredVisit({ port: 40_000, atUs: 500_000 });
    await ring.append([late], START_US + 1_000_000);
    expect(await look(true)).not.toBe('unchanged');
  });

  test('is taken when an access line is awaited, and for a line without a verdict', async () => {
    const { look, access, job } = await stage(answeredVisit({ port: 40_000 }));
    await access.accessLines.keep([{ jobId: job.id, record: null }]);
    await look(false);
    expect(await look(true)).not.toBe('unchanged');
    const other = await stage(answeredVisit({ port: 40_000, target: '/other' }));
    expect(await other.look(false)).toMatchObject({ incident: { status: 'unmatched' } });
    expect(await other.look(true)).not.toBe('unchanged');
  });
});
