/** Samples of /metrics in the text format, as Prometheus reads them. */

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/gm;

export class Metrics {
  private readonly samples: readonly { readonly name: string; readonly labels: string; readonly value: number }[];

  constructor(text: string) {
    this.samples = [...text.matchAll(SAMPLE)].map(([, name = '', labels = '', value]) => ({
      name,
      labels,
      value: Number(value),
    }));
  }

  /** Sum of all samples of the name that have this label, such as `reason="kernel-drop"`; 0 without any. */
  sum(name: string, label = ''): number {
    const matching = this.samples.filter((sample) => sample.name === name && sample.labels.includes(label));
    return matching.reduce((sum, { value }) => sum + value, 0);
  }

  /** Read from the kernel. */
  get packets(): number {
    return this.sum('resetscope_capture_packets_total');
  }

  get ignored(): number {
    return this.sum('resetscope_capture_ignored_packets_total');
  }

  get kernelDrops(): number {
    return this.sum('resetscope_capture_lost_packets_total', 'reason="kernel-drop"');
  }

  get lost(): number {
    return this.sum('resetscope_capture_lost_packets_total');
  }
}
