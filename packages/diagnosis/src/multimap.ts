/** A map with a list per key. */
export type Multimap<K, V> = Map<K, V[]>;

export function addTo<K, V>(map: Multimap<K, V>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
