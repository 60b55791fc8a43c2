import { CollectorError, mayBeTakenLater } from '../../report/errors.ts';
import { withClient } from '../../report/with-client.ts';
import { type Destination, destinationsOf } from './destinations.ts';
import { type Finding, fromMessage, ok, type Patient, type Probe, warning } from './finding.ts';

const PATIENCE_MS = 5000;
const SLOW_MS = 1000;

/** Is a collector there that takes our key, and how soon does it answer? */
export const collector: Probe = {
  name: 'collector',
  async probe(patient) {
    const answers = await Promise.all(destinationsOf(patient).map((one) => ping(one, patient)));
    const isOneWell = answers.some(({ error }) => error === undefined);
    return answers.map(({ finding, error }) =>
      isOneWell && error && mayBeTakenLater(error) ? { ...finding, mark: 'warning' } : finding,
    );
  },
};

interface Answer {
  finding: Finding;
  error?: CollectorError;
}

async function ping({ shown, server }: Destination, patient: Patient): Promise<Answer> {
  const { connection, clock, toldTimes } = patient;
  if (!connection) throw new Error('there is no connection to ping through');
  let date: string | undefined;
  const options = {
    patienceMs: PATIENCE_MS,
    onHeaders: (headers: Record<string, string | string[] | undefined>) => {
      date = [headers.date].flat()[0];
    },
  };
  const times: { before: number; ms: number }[] = [];
  const turn = async (client: { ping(): Promise<void> }) => {
    const [before, startedAt] = [clock.wall(), clock.now()];
    await client.ping();
    times.push({ before, ms: clock.now() - startedAt });
  };
  try {
    // The second one finds the connection open, so it takes as long as the way and the collector do.
    await withClient({ ...connection, server, others: [] }, options, async (client) => {
      await turn(client);
      await turn(client);
    });
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error;
    return { finding: fromMessage('problem', error.message), error };
  }
  const { before, ms } = times.at(-1) as (typeof times)[0];
  if (date !== undefined) toldTimes.push({ from: shown, date, before, after: before + ms });
  const text = `${shown} is a collector, takes the key of ${connection.identity.name}, and answers in ${Math.ceil(ms)} ms`;
  const isSlow = ms > SLOW_MS;
  return { finding: isSlow ? warning(text, 'look at its load, and at the way there') : ok(text) };
}
