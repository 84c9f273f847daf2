/** Who may speak to whom under NetworkPolicies: as much of them as deploy/kubernetes uses. */
import type { Labels, Manifest } from './kubernetes-manifests.ts';

/** A pod, and the labels of its namespace. */
export interface Peer {
  readonly labels: Labels;
  readonly namespace: string;
  readonly namespaceLabels: Labels;
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In';
    readonly values: readonly string[];
  }[];
}

interface PolicyPeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

interface Rule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly { readonly port: number }[];
}

/** policies: all of one namespace, that of every peer they select. */
export function maySpeak(policies: readonly Manifest[], from: Peer, to: Peer, port: number): boolean {
  return (
    allows(policies, 'Egress', from, to, port, (rule) => rule.to) &&
    allows(policies, 'Ingress', to, from, port, (rule) => rule.from)
  );
}

/** A pod that no policy of that direction selects is free. */
function allows(
  policies: readonly Manifest[],
  direction: 'Ingress' | 'Egress',
  subject: Peer,
  other: Peer,
  port: number,
  peersOf: (rule: Rule) => readonly PolicyPeer[] | undefined,
): boolean {
  const applying = policies.filter(
    ({ spec }) =>
      subject.namespace === 'resetscope' &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, subject.labels),
  );
  if (applying.length === 0) return true;
  const rules = applying.flatMap(({ spec }) => (spec[direction.toLowerCase()] ?? []) as readonly Rule[]);
  return rules.some((rule) => {
    const peers = peersOf(rule);
    const fitsPort = rule.ports === undefined || rule.ports.some((one) => one.port === port);
    return fitsPort && (peers === undefined || peers.some((peer) => isPeer(peer, other)));
  });
}

/** Without a namespaceSelector a pod of the policy's own namespace is meant. */
function isPeer({ podSelector = {}, namespaceSelector }: PolicyPeer, other: Peer): boolean {
  const fitsNamespace =
    namespaceSelector === undefined
      ? other.namespace === 'resetscope'
      : selects(namespaceSelector, other.namespaceLabels);
  return fitsNamespace && selects(podSelector, other.labels);
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
