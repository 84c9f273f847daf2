/**
 * A registry whose /metrics is OpenMetrics text: the only format in which a sample carries an exemplar, here the id of the
 * incident it counted. Prometheus keeps exemplars with `--enable-feature=exemplar-storage` and reads both formats.
 */
import { type OpenMetricsContentType, Registry } from 'prom-client';

export function exemplarRegistry(): Registry {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  // Its type parameter is the content type and nothing else: whoever adds metrics to it need not know.
  return registry as unknown as Registry;
}
