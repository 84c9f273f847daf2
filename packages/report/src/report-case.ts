/** One entry of a report: a line with its incident, or a connection that lost data and has no line. */
import type { Incident, SilenceReason, Unlogged } from '@resetscope/diagnosis';
import { confidenceWords, REASON_WORDS } from './verdict-words.ts';

/** A connection without a line, drawn. */
export type DrawnUnlogged = Unlogged & Pick<Incident, 'ladder'>;

/** What both kinds of entry say. */
export type Explained = Pick<Incident, (keyof Incident & keyof Unlogged) | 'ladder'>;

export interface ReportCase {
  readonly verdict: Explained;
  /** Null: no line speaks of it. */
  readonly incident: Incident | null;
  /** Why nginx wrote no line; null with a line. */
  readonly silence: string | null;
  /** The cause in words; without a match the reason. */
  readonly title: string;
  /** `error.log:13`, `no line`. */
  readonly place: string;
  /** RFC 3339: when it was logged; without a line, when the connection ended. */
  readonly time: string;
  /** Who stood at the other end of nginx's connection: the client, or the upstream's address. Empty when not known. */
  readonly peer: string;
  /** `POST /pay`: method and path as the line has them, the query left out. Empty when there is no line with a request. */
  readonly asked: string;
  /** `95 %`, `unmatched: unix socket`. */
  readonly certainty: string;
}

/** Why nginx wrote no line, in a few words; diagnosis has the sentence. */
export const SILENCE_WORDS: Readonly<Record<SilenceReason, string>> = {
  'log-level': 'below the log level',
  'nginx-had-closed': 'nginx had already closed',
  'nginx-closed-itself': 'nginx closed it itself',
  'worker-gone': 'the worker was gone',
  'upstream-idle': 'idle upstream connection',
  'not-known': 'should have been logged',
};

export function lineCase(incident: Incident): ReportCase {
  const { line, loggedAt, title, reason, status, confidence } = incident;
  const why = reason === null ? '' : `: ${REASON_WORDS[reason]}`;
  return {
    verdict: incident,
    incident,
    silence: null,
    title: `${title}${why}`,
    place: placeOf(line),
    time: loggedAt,
    peer: peerOf(incident),
    asked: askedOf(incident),
    certainty: status === 'matched' ? confidenceWords(confidence) : `${status}${why}`,
  };
}

export function unloggedCase(unlogged: DrawnUnlogged): ReportCase {
  return {
    verdict: unlogged,
    incident: null,
    silence: unlogged.why.text,
    title: `${unlogged.title}: ${SILENCE_WORDS[unlogged.why.reason]}`,
    place: 'no line',
    time: unlogged.endedAt,
    peer: unlogged.leg === 'upstream' ? unlogged.stream.responder : unlogged.stream.originator,
    asked: '',
    certainty: confidenceWords(unlogged.confidence),
  };
}

/** The name without its folders, which the full line has. */
function placeOf({ file, lineNumber }: Incident['line']): string {
  const name = file === '-' ? 'standard input' : file.replace(/^.*\//s, '');
  return lineNumber > 0 ? `${name}:${lineNumber}` : name;
}

function peerOf({ leg, stream, client, upstream }: Incident): string {
  if (leg === 'upstream') return stream?.responder ?? upstream ?? '';
  return client ?? stream?.originator ?? '';
}

function askedOf({ request }: Incident): string {
  const path = request.target?.replace(/[?#].*$/s, '') ?? null;
  return [request.method, path].filter((part) => part !== null).join(' ');
}
