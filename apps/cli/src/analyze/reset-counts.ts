/** What became of the RST frames of a capture: explained by a line, or else of which kind. The parts add up to the total. */
import type { ResetCounts as SeenResets, TcpStream } from '@resetscope/flow';
import type { ResetCounts } from '@resetscope/report';

/** seen: every RST frame by what came before it; explained: connections that a line speaks of. */
export function resetCounts(seen: Readonly<SeenResets>, explained: Iterable<TcpStream>): ResetCounts {
  let [matched, handshake, closing] = [0, 0, 0];
  for (const stream of explained) {
    const kinds = kindsOf(stream);
    matched += kinds.length;
    handshake += kinds.filter((kind) => kind === 'handshake').length;
    closing += kinds.filter((kind) => kind === 'closing').length;
  }
  const others = { handshake: seen.handshake - handshake, closing: seen.closing - closing };
  return { total: seen.total, ...others, matched, unlogged: seen.total - matched - others.handshake - others.closing };
}

type Kind = 'handshake' | 'closing' | 'middle';

/** Of each RST of the stream, in order; as flow counts them. Of those beyond the kept endings, what the last kept one was. */
function kindsOf({ endings, rstCount }: TcpStream): readonly Kind[] {
  const kinds = endings.filter(({ kind }) => kind === 'rst').map(kindOf);
  const last = kinds.at(-1) ?? 'middle';
  return [...kinds, ...Array<Kind>(Math.max(0, rstCount - kinds.length)).fill(last)];
}

function kindOf({ from, before: { fin, sent } }: TcpStream['endings'][number]): Kind {
  if (fin[from]) return 'closing';
  return sent.originator === 0 && sent.responder === 0 ? 'handshake' : 'middle';
}
