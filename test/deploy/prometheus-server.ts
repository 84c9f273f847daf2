/** A real Prometheus with the deployed rules, scraping fast. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, makeTempDir, startProgram, waitUntil } from '@resetscope/testkit';
import { stringify } from 'yaml';
import { PROMETHEUS_DIR } from './deployed.ts';

/** One series of an answer; the last value of a range. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

export interface PrometheusOptions {
  /** Address of /metrics by the job that scrapes it. */
  readonly targets: Readonly<Record<string, string>>;
  readonly externalLabels: Readonly<Record<string, string>>;
}

export class PrometheusServer {
  readonly url: string;
  readonly stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.stop = stop;
  }

  static async start({ targets, externalLabels }: PrometheusOptions): Promise<PrometheusServer> {
    const dir = await makeTempDir('resetscope-prometheus-');
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s', external_labels: externalLabels },
      rule_files: [join(PROMETHEUS_DIR, 'rules', '*.yml')],
      scrape_configs: Object.entries(targets).map(([job, address]) => ({
        job_name: job,
        static_configs: [{ targets: [address] }],
      })),
    };
    await writeFile(join(dir.path, 'prometheus.yml'), stringify(config));
    const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const program = await startProgram('prometheus', [
      `--config.file=${join(dir.path, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir.path, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
    ]);
    const server = new PrometheusServer(`http://${address}`, async () => {
      await program.stop();
      await dir.remove();
    });
    const isReady = () =>
      fetch(`${server.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitUntil(isReady, { what: 'Prometheus to be ready', failed: program.ended });
    return server;
  }

  /** As Grafana asks for a panel: one value, or a value for every second since then. NaN is left out. */
  async query(expr: string, sinceSeconds: number | null): Promise<readonly Sample[]> {
    const end = Date.now() / 1000;
    const range = { start: `${sinceSeconds}`, end: `${end}`, step: '1' };
    const { result } =
      sinceSeconds === null
        ? await this.#get<{ result: readonly Series[] }>('query', { query: expr })
        : await this.#get<{ result: readonly Series[] }>('query_range', { query: expr, ...range });
    return result.flatMap(({ metric, value, values = [] }) => {
      const numbers = [...values, ...(value === undefined ? [] : [value])].map(([, text]) => Number(text));
      const known = numbers.filter((number) => !Number.isNaN(number));
      return known.length === 0 ? [] : [{ labels: metric, value: known.at(-1) ?? 0 }];
    });
  }

  async exemplars(expr: string, sinceSeconds: number): Promise<readonly Exemplar[]> {
    const range = { start: `${sinceSeconds}`, end: `${Date.now() / 1000}` };
    const series = await this.#get<readonly { readonly exemplars: readonly Exemplar[] }[]>('query_exemplars', {
      query: expr,
      ...range,
    });
    return series.flatMap(({ exemplars }) => exemplars);
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#get<{ groups: readonly { readonly rules: readonly Rule[] }[] }>('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  /** @throws Error with Prometheus' words */
  async #get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, error, data } = (await response.json()) as { status: string; error?: string; data: T };
    if (status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${error}`);
    return data;
  }
}
