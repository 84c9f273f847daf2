import { evidence } from '../evidence.ts';
import { Confidence, type Rule } from '../rule.ts';
import { borneClaim, peerReset } from './reset-facts.ts';

/** NDSS'09 detectors (rst-causes section 4): data after "its own" RST, or a RST that breaks with TTL, IP ID and options together. */
export const idsInjectedRst: Rule = {
  cause: 'ids-injected-rst',
  see: "Weaver, Sommer, Paxson, NDSS'09; lab u25",
  judge(c) {
    const reset = peerReset(c);
    if (reset === null || reset.shape === 'refuse') return null;
    const breaks = [
      reset.ttlMatches === false,
      reset.ipIdFollows === false && reset.ipId !== 0,
      reset.optionsMatch === false && reset.shape !== 'stateless',
    ];
    const broken = breaks.filter(Boolean).length;
    const lived = c.stream.teardown === 'rst-then-data';
    if (!lived && !(breaks[0] && broken >= 2 && reset.shape !== 'stateless')) return null;
    const claims = [borneClaim(c, reset)] as const;
    const habits = evidence(
      c.stream,
      `the RST differs from its sender's other packets in ${broken} of TTL, IP ID and options (TTL ${reset.ttl})`,
      reset.frameNumber,
    );
    const data = evidence(c.stream, 'the same end went on sending data after "its" RST');
    return {
      by: 'middlebox',
      confidence: lived ? Confidence.certain : Confidence.high,
      evidence: lived ? [claims[0], data, habits] : [claims[0], habits],
      ...(lived ? {} : { rivals: [DEVICE] }),
    };
  },
};

const DEVICE = { cause: 'firewall-midflow-reject', missing: 'data from the real end after "its" RST' };
